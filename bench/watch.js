// What a page does, as bench sees it: put before the page's own scripts, and asked by bench.
'use strict'
{
  const now = () => performance.timeOrigin + performance.now()
  const watch = (window.watch = {
    /** When this was begun anew, on the page's clock. */
    since: 0,
    /** Tasks of more than 50 ms: begin and length, in ms. @type {[number, number][]} */
    tasks: [],
    /** Between two frames, in ms, while frames are watched. @type {number[]} */
    frames: [],
    /** What sockets brought: bytes, and messages. */
    bytes: 0,
    messages: 0,
    /** From a question to the row that its last answer brought, painted. @type {number[]} */
    answers: [],
    /** When a line with such a number was painted first, Unix ms. @type {Map<number, number>} */
    lines: new Map(),
    /** When the first row was painted, in ms since the navigation. @type {Promise<number> | null} */
    usable: null,
    begin(withFrames) {
      Object.assign(watch, { since: performance.now(), tasks: [], frames: [], bytes: 0, messages: 0, answers: [], lines: new Map() })
      if (withFrames) watch.run()
    },
    run() {
      let before = performance.now()
      const mine = (watch.running = {})
      const frame = (at) => {
        if (watch.running !== mine) return
        watch.frames.push(at - before)
        before = at
        requestAnimationFrame(frame)
      }
      requestAnimationFrame((at) => ((before = at), requestAnimationFrame(frame)))
    },
    end() {
      watch.running = null
      take(observer.takeRecords())
      return { tasks: watch.tasks.filter(([at]) => at >= watch.since).map(([, long]) => long), frames: watch.frames, bytes: watch.bytes, messages: watch.messages, answers: watch.answers }
    },
    /** When something is so and painted, Unix ms. Looked at behind each frame. It fails after a minute, with what the page shows. */
    until(so) {
      const end = now() + PATIENCE
      return new Promise((done, fail) => {
        const look = (at) => {
          if (so()) done(at)
          else if (at > end) fail(inVain())
          else painted().then(look)
        }
        painted().then(look)
      })
    },
    /**
     * Gets ready to say, as acted, how long it takes from the next event until something is so and painted, in ms. What is so already
     * would take no time and say nothing. It looks behind the frames that the page itself makes: one that bench asked for would keep the
     * browser from making the page's own for 16 ms.
     * @param {string} event whose time counts @param {() => boolean} so
     */
    after(event, so) {
      if (so()) throw new Error(`before any ${event} it is so already: ${so}`)
      watch.acted = new Promise((done, fail) => addEventListener(event, ({ timeStamp }) => {
        const late = setTimeout(() => fail(inVain()), PATIENCE)
        frames.add(function look(at) {
          if (!so()) return
          clearTimeout(late)
          frames.delete(look)
          done(at - performance.timeOrigin - timeStamp)
        })
      }, { capture: true, once: true }))
    },
    /** Numbers of the lines that are drawn and on the screen. */
    shown() {
      const { top, bottom } = document.querySelector('#log').getBoundingClientRect()
      const rows = [...document.querySelectorAll('#log .row:not(.rule)')]
      return rows.filter((row) => row.getBoundingClientRect().bottom > top + 1 && row.getBoundingClientRect().top < bottom - 1).map((row) => parseInt(row.textContent, 10))
    },
    /** Whether the whole screen is full of rows. */
    whole() {
      const { top, bottom } = document.querySelector('#log').getBoundingClientRect()
      const rows = document.querySelectorAll('#log .row')
      return rows.length > 0 && rows[0].getBoundingClientRect().top <= top + 1 && rows[rows.length - 1].getBoundingClientRect().bottom >= bottom - 12
    },
    /** Notes when lines are painted first. */
    note() {
      new MutationObserver((changes) => {
        const fresh = []
        for (const { addedNodes } of changes) for (const node of addedNodes) {
          const number = node instanceof HTMLElement && node.matches('.row') ? parseInt(node.textContent, 10) : NaN
          if (!isNaN(number) && !watch.lines.has(number)) fresh.push(number)
        }
        if (fresh.length > 0) after().then((at) => fresh.forEach((number) => watch.lines.has(number) || watch.lines.set(number, at)))
      }).observe(document.querySelector('#log'), { childList: true, subtree: true })
    },
  })

  const PATIENCE = 60_000
  const inVain = () => new Error(`in vain; the page says ${document.querySelector('#truth')?.textContent} ${document.querySelector('#more:not([hidden])')?.innerText}, and ends with ${document.querySelector('#log .rows')?.lastElementChild?.textContent}`)

  /** Who looks behind each frame of the page. @type {Set<(at: number) => void>} */
  const frames = new Set()
  const frame = window.requestAnimationFrame.bind(window)
  window.requestAnimationFrame = (draw) => frame((at) => {
    draw(at)
    if (frames.size > 0) after().then((end) => frames.forEach((look) => look(end)))
  })

  /** Behind the frame that is being made, Unix ms: what was drawn in it is painted. */
  const after = () => new Promise((done) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => done(now())
    port2.postMessage(0)
  })
  const painted = () => new Promise((done) => frame(() => after().then(done)))

  watch.usable = new Promise((done) => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector('#list li .name, #log .row')) return
      observer.disconnect()
      // Lines are drawn in a frame's callback, entries of the list before one.
      const there = document.querySelector('#log') ? after() : painted()
      there.then((at) => done(at - performance.timeOrigin))
    })
    observer.observe(document, { childList: true, subtree: true })
  })

  const take = (entries) => entries.forEach(({ startTime, duration }) => watch.tasks.push([startTime, duration]))
  const observer = new PerformanceObserver((list) => take(list.getEntries()))
  observer.observe({ type: 'longtask', buffered: true })

  const REPLY = 28
  const FLAGS = 2
  const LAST = 32
  window.WebSocket = class extends WebSocket {
    #asked = new Map()

    constructor(...args) {
      super(...args)
      this.addEventListener('message', ({ data }) => {
        watch.messages++
        watch.bytes += data.byteLength ?? data.length
        if (typeof data === 'string' || this.#asked.size === 0) return
        const view = new DataView(data)
        const reply = view.getUint32(REPLY)
        const at = this.#asked.get(reply)
        if (at === undefined || !(view.getUint8(FLAGS) & LAST)) return
        this.#asked.delete(reply)
        painted().then((end) => watch.answers.push(end - at))
      })
    }

    send(data) {
      const message = typeof data === 'string' ? JSON.parse(data) : {}
      if (message.op === 'ask' && message.ask === 'read') this.#asked.set(message.reply, now())
      super.send(data)
    }
  }
}
