// A sign-in link: its secret is in the fragment, which no server sees and no log keeps, until it is posted.

import { theme } from './common/theme.js'

const PREFIX = '#link='
const form = /** @type {HTMLFormElement | null} */ (document.getElementById('link'))
const secret = location.hash.startsWith(PREFIX) ? location.hash.slice(PREFIX.length) : ''

theme()
if (secret && form) {
  history.replaceState(null, '', location.pathname + location.search)
  document.getElementById('signin')?.setAttribute('hidden', '')
  form.hidden = false
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem('secret'))
  field.value = secret
  form.submit()
}
