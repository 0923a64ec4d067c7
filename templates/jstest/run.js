// Runs all that the module named in the address exports, one after the other; the Go test waits for each, and reads window.results.

const module = await import(`./${new URLSearchParams(location.search).get('module')}`)
const results = (window.ended = [])
for (const [name, test] of Object.entries(module)) {
  if (!name.startsWith('test')) continue
  try {
    await test()
    results.push({ name, error: '' })
  } catch (error) {
    results.push({ name, error: String(error?.stack ?? error) })
  }
}
window.results = results
