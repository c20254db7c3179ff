/** What a room can do without, for a moment: it comes after the room itself, and nothing waits for it. */
import { actOnMessages } from './acts.ts'
import { parse } from './dom.ts'
import { keepPeople, tellTyping } from './people.ts'
import { keepReadMarker } from './reading.ts'
import { keepSidebar } from './sidebar.ts'

const room = document.getElementById('room')
if (room) {
  keepReadMarker(room)
  tellTyping(room)
  actOnMessages(room)
  const keepers = [keepSidebar(room), keepPeople(room)]
  window.heard = (html) => {
    const told = parse(html).querySelector<HTMLElement>('[data-event]')
    if (told) for (const keep of keepers) keep(told)
  }
}
