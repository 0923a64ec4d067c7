// How a connection may end, and whether to come back.

/** Come back, after a wait that grows. */
export const BACK_OFF = 'back-off'
/** Do not come back by yourself. */
export const NEVER = 'never'
/** Come back after signing in. */
export const SIGNED_OUT = 'signed out'
/** Come back when an administrator lets the log go on. */
export const HELD = 'held'

const SOON = 1000
const LATER = 10_000

/** By code, as docs/PROTOCOL.md has them; a function says how long to wait. All others: BACK_OFF. */
export const closings = new Map(/** @type {[number, string | (() => number)][]} */ ([
  [1000, NEVER], // another connection of this page replaced it
  [1009, NEVER],
  [1012, () => Math.random() * SOON],
  [4000, NEVER],
  [4001, SIGNED_OUT],
  [4004, NEVER],
  [4023, HELD],
  [4008, () => LATER],
  [4029, () => LATER],
]))
