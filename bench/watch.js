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
    /** When something is so and painted, Unix ms. Looked at once a frame. It fails after a minute, with what the page shows. */
    until(so) {
      const end = now() + 60_000
      return new Promise((done, fail) => {
        const look = () => {
          if (so()) painted().then(done)
          else if (now() > end) fail(new Error(`in vain; the page says ${document.querySelector('#truth')?.textContent} ${document.querySelector('#more:not([hidden])')?.innerText}, and ends with ${document.querySelector('#log .rows')?.lastElementChild?.textContent}`))
          else requestAnimationFrame(look)
        }
        look()
      })
    },
    /**
     * Gets ready to say, as acted, how long it takes from the next event until something is so and painted, in ms.
     * @param {string} event whose time counts @param {() => boolean} so
     */
    after(event, so) {
      watch.acted = new Promise((done, fail) => addEventListener(event, ({ timeStamp }) => {
        watch.until(so).then((at) => done(at - performance.timeOrigin - timeStamp), fail)
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

  /** Behind the frame that is being made, Unix ms: what was drawn in it is painted. */
  const after = () => new Promise((done) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => done(now())
    port2.postMessage(0)
  })
  const painted = () => new Promise((done) => requestAnimationFrame(() => after().then(done)))

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
