// Where things are, below the base path.

export const base = document.querySelector('meta[name="livetail-base"]')?.getAttribute('content') ?? ''

/** @typedef {{ host: string, id: string }} LogName */

/** @param {LogName} log */
function place({ host, id }) {
  return `${encodeURIComponent(host)}/${id.split('/').map(encodeURIComponent).join('/')}`
}

export const listAPI = `${base}/api/v1/logs`

/** @param {LogName} log */
export function logAPI(log) {
  return `${base}/api/v1/log/${place(log)}`
}

/** @param {LogName} log */
export function logPage(log) {
  return `${base}/log/${place(log)}`
}

/** @param {LogName} log */
export function downloadAPI(log) {
  return `${base}/api/v1/download/${place(log)}`
}

/** @param {LogName} log */
export function stopAPI(log) {
  return `${base}/api/v1/stop/${place(log)}`
}

/** @param {LogName} log */
export function letGoAPI(log) {
  return `${base}/api/v1/letgo/${place(log)}`
}

/**
 * The WebSocket has the page's own scheme, host and port: whatever proxy brought the page brings the lines.
 * @param {LogName} log
 */
export function tailSocket(log) {
  const url = new URL(`${base}/api/v1/tail/${place(log)}`, location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}

/** Sign-in, and back to the page that we are on. */
export function signInPage() {
  return `${base}/signin?next=${encodeURIComponent(location.pathname + location.search)}`
}
