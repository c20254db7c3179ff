/** What the browser runs besides htmx: a live room, and messages that are there at once. Without it everything works by forms and links. */
import 'htmx.org'
import { startComposer } from './composer.ts'
import { startLadder } from './ladder.ts'
import { createLog } from './log.ts'
import { localizeTimes } from './times.ts'

const room = document.getElementById('room')
if (room) {
  const words = JSON.parse(room.dataset.words ?? '{}')
  const log = createLog(room, words)
  startLadder(room, log, words)
  // An archived room, and a locked one, have no box to write in.
  if (document.getElementById('composer')) startComposer(room, log, words)
}
localizeTimes(document.body)
// What htmx brings in (older pages of the history) gets local times too.
document.addEventListener('htmx:after:swap', () => localizeTimes(document.body))
