// The first script of a page of a log, small and alone: lines are on their way while the rest of the page is.

import { begun } from './tail/begun.js'

const { host = '', id = '' } = /** @type {HTMLElement} */ (document.currentScript).dataset
begun({ host, id })
