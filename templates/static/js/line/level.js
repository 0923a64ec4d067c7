// How serious a line says it is: the page's twin of what the worker filters by (internal/filter, whose examples test both).

const WORDS_WITHIN = 200
const VALUE_WITHIN = 1024
const LONGEST_WORD = 'information'.length

/** @typedef {'error' | 'warn' | 'info' | 'debug' | 'other'} Level */

/** @type {[Level, string][]} */
const NAMES = [
  ['error', 'error err erro eror fatal ftl critical crit alert emerg emergency panic pnc severe fail'],
  ['warn', 'warning warn wrn'],
  ['info', 'info inf information notice note'],
  ['debug', 'debug debu dbug dbg trace trac trce trc verbose finer finest'],
]
/** @type {Map<string, Level>} */
const WORDS = new Map(NAMES.flatMap(([level, words]) => words.split(' ').map((word) => [word, level])))
/** @type {Map<string, Level>} */
const LETTERS = new Map([['E', 'error'], ['F', 'error'], ['W', 'warn'], ['I', 'info'], ['D', 'debug'], ['T', 'debug']])
const KEYS = new Set('@l lvl level Level LEVEL severity Severity SEVERITY loglevel logLevel LogLevel log_level log.level levelname levelName PRIORITY'.split(' '))
const EXCEPTION = /^[\w.$]{0,200}(?:Error|Exception|Throwable|Warning|KeyboardInterrupt|SystemExit)(?::|$)/
const WORD = /\x1b[^A-Za-z]*[A-Za-z]?|[A-Za-z]+|(?<=\] )"/g

/**
 * The level of a line by itself; of one that continues another, the other's is meant.
 * @param {string} line its beginning is enough
 * @returns {Level}
 */
export function levelOf(line) {
  const s = line.replace(/^[ \t]+/, '')
  if (s === '') return 'other'
  if (s[0] === '{') return jsonLevel(s.slice(0, VALUE_WITHIN))
  const first = firstLevel(s)
  if (first) return first
  for (const { 0: word, index } of s.slice(0, WORDS_WITHIN).matchAll(WORD)) {
    const level = word === '"' ? accessLevel(s.slice(index + 1, VALUE_WITHIN)) : word[0] === '\x1b' ? 'other' : wordLevel(s, index, index + word.length)
    if (level !== 'other' || (word === '"' && isAccess(s.slice(index + 1, VALUE_WITHIN)))) return level
  }
  return s.startsWith('Exception in thread') || isTrouble(line) ? 'error' : 'other'
}

/** An exception or a traceback by itself. @param {string} line */
export function isTrouble(line) {
  if (line.startsWith('Traceback (most recent call last)')) return true
  return EXCEPTION.test(line) && !/^(?:Error|Exception|Throwable|Warning)(?::|$)/.test(line)
}

const FOLLOWS = /^(?:[}\])]|\.\.\. |\[signal |Caused by: |Suppressed: |The above exception was |During handling of the above exception|created by |goroutine \d|panic\(.*\)$|[^\s(]*\.[^\s(]*\(.*\)$)/
const STAMPED = /^(?:\d{4}[-/]|\d\d:\d\d:)/
const LEVELLED = /^([A-Z]{4,})[ :]/

/**
 * Whether a line goes on with the one before it, as those of a stack trace do.
 * @param {string} line
 * @param {Level} before the level of the line that it may continue
 */
export function continues(line, before) {
  if (line === '') return true
  if (/^[ \t\r]/.test(line)) {
    const s = line.replace(/^[ \t\r]+/, '')
    if (s.length >= 8 && STAMPED.test(s)) return false
    const word = LEVELLED.exec(s)?.[1]
    return !(word && WORDS.has(word.toLowerCase()))
  }
  if (/^[{<"\d]/.test(line)) return false
  if (FOLLOWS.test(line)) return true
  return isTrouble(line) && before !== 'info' && before !== 'debug'
}

// Private

/** klog's E1126 and the priority of syslog, <3>. @param {string} s @returns {Level | undefined} */
function firstLevel(s) {
  if (/^[EFWI]\d{4} /.test(s)) return LETTERS.get(s[0])
  const priority = /^<(\d{1,3})>/.exec(s)
  return priority && Number(priority[1]) < 192 ? syslogLevel(Number(priority[1]) % 8) : undefined
}

/** @param {string} s @param {number} begin @param {number} end @returns {Level} */
function wordLevel(s, begin, end) {
  const word = s.slice(begin, end)
  if (word.length > LONGEST_WORD) return 'other'
  const [before, after] = [s[begin - 1] ?? ' ', s[end] ?? ' ']
  if (after === '=') return KEYS.has(word) ? valueLevel(/^["']*([A-Za-z]*)/.exec(s.slice(end + 1))?.[1] ?? '') : 'other'
  if (/[\d_/.-]/.test(before) || /[\d_/]/.test(after)) return 'other'
  if ((before === '"' || before === "'") && after !== before) return 'other'
  const bracketed = '[<(:|'.includes(before) && ']>)|'.includes(after)
  if (word.length === 1) return bracketed && before === '[' ? LETTERS.get(word) ?? 'other' : 'other'
  if (word === word.toUpperCase()) return word === 'LOG' && after === ':' ? 'info' : named(word)
  if (bracketed || (before === '\t' && after === '\t') || (after === ':' && ' \t]:)>m'.includes(before))) return named(word)
  return 'other'
}

/** @param {string} word @returns {Level} */
function named(word) {
  return (word.length > 2 && WORDS.get(word.toLowerCase())) || 'other'
}

/** A word, a letter, or a number as of pino (10 to 60) or syslog (0 to 7). @param {string} value @returns {Level} */
function valueLevel(value) {
  if (value === '' || value.length > LONGEST_WORD) return 'other'
  if (!/^\d/.test(value)) return value.length === 1 ? LETTERS.get(value.toUpperCase()) ?? 'other' : named(value)
  if (!/^\d{1,3}$/.test(value)) return 'other'
  const n = Number(value)
  if (n < 8) return syslogLevel(n)
  if (n < 10 || n >= 70) return 'other'
  return n < 30 ? 'debug' : n < 40 ? 'info' : n < 50 ? 'warn' : 'error'
}

const MEMBER = /"((?:[^"\\]|\\.)*)"[ \t]*(?:(:)[ \t]*(?:"((?:[^"\\]|\\.)*)"|([\w.+-]*)))?/g

/** A member that is a level, wherever in the object; else the status of a request. @param {string} s @returns {Level} */
function jsonLevel(s) {
  /** @type {Level} */
  let level = 'other'
  MEMBER.lastIndex = 0
  for (let member = MEMBER.exec(s); member; member = MEMBER.exec(s)) {
    const [whole, name, colon, text, bare] = member
    if (!colon) continue
    if (text !== undefined) MEMBER.lastIndex = member.index + whole.length - text.length - 2 // a value may be a name: "a":"level":
    const value = text ?? bare ?? ''
    if (KEYS.has(name)) {
      const found = valueLevel(value)
      if (found !== 'other') return found
    } else if (name === 's' && /^.\d?$/.test(value)) {
      const found = LETTERS.get(value[0])
      if (found) return found
    } else if (name === 'status' && /^[1-5]\d\d$/.test(value)) level = statusLevel(value)
  }
  return level
}

/** A request as web servers log it, behind its opening quote. @param {string} s */
function isAccess(s) {
  return /^[^"]*" [1-5]\d\d(?: |$)/.test(s)
}

/** @param {string} s @returns {Level} */
function accessLevel(s) {
  const status = /^[^"]*" ([1-5]\d\d)(?: |$)/.exec(s)
  return status ? statusLevel(status[1]) : 'other'
}

/** @param {string} status @returns {Level} */
function statusLevel(status) {
  return status[0] === '5' ? 'error' : status[0] === '4' ? 'warn' : 'info'
}

/** @param {number} n @returns {Level} */
function syslogLevel(n) {
  return n < 4 ? 'error' : n === 4 ? 'warn' : n < 7 ? 'info' : 'debug'
}
