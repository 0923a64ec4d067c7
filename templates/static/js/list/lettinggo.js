// An administrator lets a stopped log go on, also one that its host has no more: its row is then all that is left of it.

import { ask } from '../common/ask.js'
import { letGoAPI } from '../common/base.js'
import { list, stopping as words } from '../common/words.js'

/** @param {Element} button in the log's row @param {import('./rows.js').Rows} rows */
export async function letGo(button, rows) {
  const { log, entry } = rows.of(button)
  if (!log || !entry || button.ariaDisabled === 'true') return
  button.ariaDisabled = 'true' // one that is disabled would lose the focus
  const { body, words: why } = await ask(letGoAPI(log), undefined, {})
  button.ariaDisabled = 'false'
  entry.trouble = body ? '' : list.stays(why || words.unheard)
  rows.tick()
}
