/** The room as a person sees and uses it, with scripts and without. */
import type { FrameLocator, Locator, Page } from 'playwright-core'
import { en, type Words } from '../../src/words/en.ts'
import { ask } from './http-client.ts'
import { patience, waitFor } from './wait-for.ts'

export interface RoomPage {
  /** Types into the composer and presses Send. */
  say(text: string): Promise<void>
  /** The messages on the screen from top to bottom, as `#1 Ada: hello`. */
  lines(): Promise<string[]>
  /** Waits until the screen shows exactly these, in this order, each once. */
  showsExactly(wanted: string[], deadline?: number): Promise<void>
}

/** The room with scripts on. */
export function scriptedRoom(page: Page, words: Words = en): RoomPage {
  return roomOf(page.locator('main#room'), page.locator('main#room'), words)
}

/** The room with scripts off: the endless page in its keeper in one frame, the composer in another. */
export function framedRoom(page: Page, words: Words = en): RoomPage {
  const log = `iframe[title="${words.room.frameLog}"]`
  const composer = page.frameLocator(`iframe[title="${words.room.frameComposer}"]`)
  return roomOf(page.frameLocator(log).frameLocator(log), composer, words)
}

function roomOf(log: Locator | FrameLocator, composer: Locator | FrameLocator, words: Words): RoomPage {
  const lines = () => readLines(log.locator('#messages > [data-number]'))
  return {
    lines,
    async say(text) {
      await composer.getByLabel(words.composer.label).fill(text)
      await composer.getByRole('button', { name: words.composer.send, exact: true }).click()
    },
    async showsExactly(wanted, deadline = patience) {
      let shown: string[] = []
      const isShown = async () => {
        shown = await lines()
        return shown.join('\n') === wanted.join('\n')
      }
      try {
        await waitFor('the messages', isShown, deadline)
      } catch {
        throw new Error(`Expected to see:\n${wanted.join('\n')}\nbut the page shows:\n${shown.join('\n')}`)
      }
    },
  }
}

function readLines(items: Locator): Promise<string[]> {
  return items.evaluateAll((elements) =>
    elements.map((element) => {
      const name = element.querySelector('.name')?.textContent?.trim()
      const body = element.querySelector('.body')?.textContent?.trim()
      return `#${element.getAttribute('data-number')} ${name}: ${body}`
    }),
  )
}

interface StoredMessage {
  number: number
  author: { name: string }
  body: string
}

/** All that the house has stored, in the same form as `lines`. */
export async function storedLines(origin: string, token: string): Promise<string[]> {
  const headers = { Authorization: `Bearer ${token}` }
  const answer = await ask(origin, '/rooms/lobby/history?format=json', { headers })
  const { messages } = answer.json() as { messages: StoredMessage[] }
  return messages.map(({ number, author, body }) => `#${number} ${author.name}: ${body}`)
}

/** Says something as a program does. */
export function sayByToken(origin: string, token: string, body: string, nonce?: string) {
  const headers = { Authorization: `Bearer ${token}`, Accept: 'application/json' }
  return ask(origin, '/rooms/lobby/messages', { headers, json: { body, ...(nonce && { nonce }) } })
}
