// Dark, light, or as the system: what this browser's user likes.

import { habit, onHabit, remember } from './habits.js'

const SYSTEM = '(prefers-color-scheme: dark)'
/** When the dark colours are in force. @type {Record<string, string>} */
const WHEN = { dark: 'all', light: 'not all' }

/** Shows the page as it is liked, and lets that be chosen. @param {HTMLSelectElement | null} [choice] */
export function theme(choice) {
  const rules = [...document.styleSheets].flatMap(({ cssRules }) => dark(cssRules))
  const show = () => {
    const liked = habit('theme', '')
    const known = Object.hasOwn(WHEN, liked)
    document.documentElement.style.colorScheme = known ? liked : ''
    for (const { media } of rules) media.mediaText = known ? WHEN[liked] : SYSTEM
    if (choice) choice.value = known ? liked : ''
  }
  choice?.addEventListener('change', () => {
    remember('theme', choice.value)
    show()
  })
  onHabit('theme', show)
  show()
}

/** Where the dark colours are. @param {CSSRuleList} rules @returns {CSSMediaRule[]} */
function dark(rules) {
  return [...rules].flatMap((rule) => {
    if (rule instanceof CSSMediaRule) return rule.conditionText === SYSTEM ? [rule] : []
    return rule instanceof CSSLayerBlockRule ? dark(rule.cssRules) : []
  })
}
