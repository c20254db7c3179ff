/** A form that is sent while the database is away comes back with every word, and is taken as it stands when the database is back. */
import { describe, expect, it } from 'vitest'
import { elementsOf, hiddenField } from '../conformance/html-document.ts'
import { type Answer, ask } from '../tools/http-client.ts'
import { ada, bashir, registerByHttp, tokenFor } from '../tools/people.ts'
import { keepDatabaseDown } from '../tools/processes.ts'
import { storedLines } from '../tools/room-page.ts'
import { houseForThisTest, type ServerUnderTest } from '../tools/server-under-test.ts'
import { waitFor } from '../tools/wait-for.ts'

const words = 'Kept <words> & 茶'

describe('a message without scripts, sent while the database is away', () => {
  it.each(['has just logged in', 'was in the room a moment ago'])('by someone who %s', async (who) => {
    const house = await houseForThisTest({ embedded: true })
    await registerByHttp(house.origin, bashir)
    const token = await tokenFor(house.origin, bashir)
    const cookie = await registerByHttp(house.origin, ada)
    // A session that was seen a moment ago is believed without the database; one that was not cannot be.
    if (who.startsWith('was')) await ask(house.origin, '/rooms/lobby', { headers: asPage(cookie) })

    const release = keepDatabaseDown(house.dataDir)
    const refused = await waitFor('a refusal', async () => {
      const answer = await send(house, cookie, { body: words, nonce: 'n-away', back: 'composer' })
      return answer.status === 503 && answer
    }).finally(release)

    expect(refused.headers['retry-after']).toMatch(/^\d+$/)
    expect(refused.body).toMatch(/not saved|not known/i)
    expect(refused.body).toContain('>Kept &lt;words&gt; &amp; 茶</textarea>')
    // It came back into the composer's frame, so it may not bring the house's header there.
    expect(elementsOf(refused.body).map(({ name }) => name)).not.toContain('nav')
    await sendAgain(house, cookie, refused)
    expect(await storedLines(house.origin, token)).toEqual([`#1 Ada: ${words}`])
  })
})

it('a stylesheet that is asked for while the database is away is an empty one, not a page', async () => {
  const house = await houseForThisTest({ embedded: true })
  const cookie = await registerByHttp(house.origin, ada)
  const release = keepDatabaseDown(house.dataDir)
  const refused = await waitFor('a refusal', async () => {
    const headers = { Cookie: cookie, Accept: 'text/css,*/*;q=0.1' }
    const answer = await ask(house.origin, '/account/own.css', { headers })
    return answer.status === 503 && answer
  }).finally(release)
  expect([refused.headers['content-type'], refused.body]).toEqual(['text/css; charset=utf-8', ''])
})

const asPage = (cookie: string) => ({ Cookie: cookie, Accept: 'text/html' })

function send(house: ServerUnderTest, cookie: string, form: Record<string, string>): Promise<Answer> {
  return ask(house.origin, '/rooms/lobby/messages', {
    form,
    headers: { ...asPage(cookie), Origin: house.origin },
  })
}

/** As a text browser does, which sends no Origin: the form must prove by itself that it was meant. */
async function sendAgain(house: ServerUnderTest, cookie: string, { body }: Answer): Promise<void> {
  const form = {
    body: words,
    nonce: hiddenField(body, 'nonce'),
    form_token: hiddenField(body, 'form_token'),
    back: hiddenField(body, 'back'),
  }
  const headers = asPage(cookie)
  const taken = await waitFor('the database to be back', async () => {
    const answer = await ask(house.origin, '/rooms/lobby/messages', { form, headers })
    return answer.status !== 503 && answer
  })
  expect(taken.status, taken.body).toBe(303)
}
