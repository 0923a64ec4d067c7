// One question to the API, answered in words. A page cannot read why a WebSocket was refused, so it asks here first.

const TIMEOUT = 10_000
const SIGNED_IN = 'livetail.signed-in'

/** @typedef {{ status: number, body: any, words: string, retry: number, refusal?: any }} Answer status 0: no answer at all; retry in ms, 0: no use; refusal: all that one says */

/**
 * @param {string} url
 * @param {AbortSignal} [stop]
 * @param {Record<string, string>} [form] what is to be changed; none: it is only asked
 * @returns {Promise<Answer>}
 */
export async function ask(url, stop, form) {
  try {
    const timeout = AbortSignal.timeout(TIMEOUT)
    const signal = stop ? AbortSignal.any([stop, timeout]) : timeout
    const sent = form && { method: 'POST', body: new URLSearchParams(form) }
    const response = await fetch(url, { signal, cache: 'no-store', redirect: 'error', headers: { accept: 'application/json' }, ...sent })
    const body = await response.json().catch(() => null)
    if (response.ok && body) return { status: response.status, body, words: '', retry: 0 }
    return { status: response.ok ? 0 : response.status, body: null, words: String(body?.error ?? ''), retry: 1000 * (Number(body?.retry) || 0), refusal: body }
  } catch {
    return { status: 0, body: null, words: '', retry: 0 }
  }
}

/** Tells all other tabs that somebody is signed in here, so that those that are signed out try again at once. */
export function tellSignedIn() {
  try {
    localStorage.setItem(SIGNED_IN, String(Date.now()))
  } catch {
    // Storage may be forbidden; the other tabs then find out when they are looked at.
  }
}

/** @param {() => void} told */
export function onSignedIn(told) {
  addEventListener('storage', (event) => {
    if (event.key === SIGNED_IN) told()
  })
}
