import { Title } from '../static/js/title.js'
import { equal } from './check.js'

export function testCountsWhatCameUnseen() {
  document.title = 'access.log'
  const title = new Title()
  let hidden = false
  Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true })
  const shows = (lines) => {
    title.show(lines)
    return document.title
  }
  equal(shows(5), 'access.log')
  hidden = true
  equal(shows(5), 'access.log')
  equal(shows(8), '(3) access.log')
  equal(shows(5000), '(999+) access.log')
  hidden = false
  equal(shows(5001), 'access.log')
  hidden = true
  equal(shows(5002), '(1) access.log')
}
