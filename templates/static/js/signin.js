// A sign-in link: its secret is in the fragment, which no server sees and no log keeps, until it is posted.

const PREFIX = '#link='
const form = /** @type {HTMLFormElement | null} */ (document.getElementById('link'))
const secret = location.hash.startsWith(PREFIX) ? location.hash.slice(PREFIX.length) : ''

if (secret && form) {
  history.replaceState(null, '', location.pathname + location.search)
  document.getElementById('signin')?.setAttribute('hidden', '')
  form.hidden = false
  form.elements.namedItem('secret')?.setAttribute('value', secret)
  form.submit()
}
