// The bar of hits: how many lines have what is searched for, over the time that the log is of. A part of it leads to the first of them.

import { labels, spoken } from './axis.js'
import { chart as words } from './chartwords.js'

/** So near a part, in px, is on it: they are narrow. */
const ON = 5
/** The least that is seen of a part, in percent of the chart's height. */
const LEAST = 12
/** About so wide is a character of the axis, in px. */
const CHARACTER = 6.5

/** @typedef {import('./stretches.js').Part} Part */
/** @typedef {import('./stretches.js').Stretches} Stretches */
/** @typedef {import('./meant.js').Meant} Meant */

export class Chart {
  #root
  #parts
  #axis
  #go
  /** What is drawn. @type {Part[]} */
  #drawn = []
  /** Buttons, by the number of their part. @type {Map<number, HTMLButtonElement>} */
  #buttons = new Map()
  /** What the axis says. */
  #said = ''

  /** @param {HTMLElement} root @param {(part: Part) => void} go */
  constructor(root, go) {
    this.#root = root
    this.#go = go
    this.#parts = root.appendChild(document.createElement('div'))
    this.#parts.className = 'parts'
    this.#axis = root.appendChild(document.createElement('div'))
    this.#axis.className = 'axis'
    this.#parts.addEventListener('click', (event) => this.#click(event))
    this.#parts.addEventListener('keydown', (event) => this.#key(event))
  }

  /** @param {Stretches | null} stretches null: nothing is counted @param {Meant} meant @param {number} hit place of the one that one stands at; NaN: none */
  draw(stretches, meant, hit) {
    const parts = stretches?.parts ?? []
    if (parts.length !== this.#drawn.length || parts[0]?.at !== this.#drawn[0]?.at || parts[0]?.to !== this.#drawn[0]?.to) this.#clear()
    this.#drawn = parts
    const say = spoken(parts, meant, stretches?.step ?? 0)
    const most = Math.max(1, ...parts.map(({ n }) => n))
    parts.forEach((part, i) => part.n > 0 && this.#write(this.#button(i), `${Math.max(LEAST, Math.round((100 * part.n) / most))}%`, words.bar(part.n, say(part))))
    const current = stretches?.partOf(hit)
    for (const [i, button] of this.#buttons) button.ariaCurrent = i === current ? 'true' : null
    this.#root.title = stretches ? words.over(stretches.step > 0, stretches.untimed) : ''
    const axis = stretches ? labels(parts, meant, stretches.step, this.#axis.clientWidth / CHARACTER) : []
    const said = JSON.stringify(axis)
    if (said === this.#said) return
    this.#said = said
    this.#axis.replaceChildren(...axis.map(element))
  }

  // Private

  #clear() {
    this.#buttons.clear()
    this.#parts.replaceChildren()
  }

  /** @param {number} i */
  #button(i) {
    let button = this.#buttons.get(i)
    if (button) return button
    button = document.createElement('button')
    button.type = 'button'
    button.style.left = `${(100 * i) / this.#drawn.length}%`
    button.style.width = `${100 / this.#drawn.length}%`
    button.append(document.createElement('i'))
    button.dataset.part = String(i)
    button.tabIndex = this.#buttons.size === 0 ? 0 : -1
    this.#buttons.set(i, button)
    const next = [...this.#buttons.keys()].filter((n) => n > i).sort((a, b) => a - b)[0]
    this.#parts.insertBefore(button, this.#buttons.get(next) ?? null)
    return button
  }

  /** @param {HTMLButtonElement} button @param {string} height @param {string} says */
  #write(button, height, says) {
    const bar = /** @type {HTMLElement} */ (button.firstChild)
    if (bar.style.height !== height) bar.style.height = height
    if (button.title !== says) button.ariaLabel = button.title = says
  }

  /** @param {MouseEvent} event */
  #click({ clientX, target }) {
    const button = target instanceof Element && target.closest('button')
    if (button) return this.#go(this.#drawn[Number(button.dataset.part)])
    const { left, width } = this.#parts.getBoundingClientRect()
    const at = ((clientX - left) / width) * this.#drawn.length
    const away = (/** @type {number} */ i) => Math.abs(i + 0.5 - at)
    const [near] = [...this.#buttons.keys()].sort((a, b) => away(a) - away(b))
    const px = near === undefined ? Infinity : (away(near) - 0.5) * (width / this.#drawn.length)
    const part = this.#drawn[px <= ON ? near : Math.min(this.#drawn.length - 1, Math.max(0, Math.floor(at)))]
    if (part) this.#go(part)
  }

  /** One stop for Tab, and arrows from part to part. @param {KeyboardEvent} event */
  #key(event) {
    const all = /** @type {HTMLElement[]} */ ([...this.#parts.children])
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement))
    /** @type {Record<string, HTMLElement | undefined>} */
    const to = { ArrowLeft: all[at - 1], ArrowRight: all[at + 1], Home: all[0], End: all.at(-1) }
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey || !(event.key in to)) return
    event.preventDefault()
    event.stopPropagation()
    const next = to[event.key]
    if (!next) return
    all[at].tabIndex = -1
    next.tabIndex = 0
    next.focus()
  }
}

/** @param {import('./axis.js').Label} label */
function element({ text, at }) {
  const element = document.createElement('span')
  element.textContent = text
  element.style.left = `${100 * at}%`
  element.style.transform = `translateX(${at === 0 ? 0 : at === 1 ? -100 : -50}%)` // the outer ones end where the axis does
  return element
}
