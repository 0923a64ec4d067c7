import { Title } from '../static/js/pane/title.js'
import { equal } from './check.js'

export function testCountsWhatCameUnseen() {
  document.title = 'access.log'
  const title = new Title()
  let hidden = false
  Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true })
  const shows = (lines, errors) => {
    title.show(lines, errors)
    return document.title
  }
  equal(shows(5, 2), 'access.log')
  hidden = true
  equal(shows(5, 2), 'access.log')
  equal(shows(8, 2), '(3) access.log')
  equal(shows(9, 3), '(4, 1 error) access.log')
  equal(shows(5000, 7), '(999+, 5 errors) access.log')
  equal(shows(50_000, 7000), '(999+, 999+ errors) access.log')
  hidden = false
  equal(shows(50_001, 7000), 'access.log')
  hidden = true
  equal(shows(50_002, 7000), '(1) access.log')
}
