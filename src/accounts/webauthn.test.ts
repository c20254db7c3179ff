import { describe, expect, it } from 'vitest'
import { namesOwner, readAssertion, readNewPasskey } from './webauthn.ts'

const house = { origin: 'https://tea.example.org', id: 'tea.example.org' }
const base64url = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64url')
const text = (word: string) => Buffer.from([0x60 + word.length, ...Buffer.from(word)])

/** An attestation object in CBOR, whose authenticator data is one byte of nothing. */
function attestation(format: string, statement: Buffer): string {
  const parts = [
    text('fmt'),
    text(format),
    text('attStmt'),
    statement,
    text('authData'),
    Buffer.from([0x41, 0]),
  ]
  return base64url(Buffer.concat([Buffer.from([0xa3]), ...parts]))
}
const nothing = Buffer.from([0xa0])
/** `x5c`: a list of one certificate of one byte. */
const certificates = Buffer.concat([Buffer.from([0xa1]), text('x5c'), Buffer.from([0x81, 0x41, 0])])

function newPasskey(attestationObject: string, takeChallenge: (challenge: string) => Promise<boolean>) {
  const clientData = { type: 'webauthn.create', challenge: 'Y2hhbGxlbmdl', origin: house.origin }
  const sent = {
    id: 'AAAA',
    rawId: 'AAAA',
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON: base64url(JSON.stringify(clientData)), attestationObject },
  }
  return readNewPasskey(JSON.stringify(sent), house, takeChallenge)
}

/** Which challenges were asked about before the passkey was refused. */
async function challengesAskedFor(attestationObject: string): Promise<string[]> {
  const asked: string[] = []
  const passkey = await newPasskey(attestationObject, async (challenge) => {
    asked.push(challenge)
    return true
  })
  expect(passkey).toBeNull()
  return asked
}

describe('a new passkey', () => {
  it('with certificates is refused before anyone looks at them and follows the addresses in them', async () => {
    expect(await challengesAskedFor(attestation('packed', certificates))).toEqual([])
    for (const format of ['tpm', 'apple', 'android-key', 'android-safetynet', 'fido-u2f']) {
      expect([format, await challengesAskedFor(attestation(format, nothing))]).toEqual([format, []])
    }
    // The others get as far as their challenge.
    expect(await challengesAskedFor(attestation('none', nothing))).toEqual(['Y2hhbGxlbmdl'])
    expect(await challengesAskedFor(attestation('packed', nothing))).toEqual(['Y2hhbGxlbmdl'])
  })

  it('is not refused for a database that is away: that is another answer', async () => {
    const away = new Error('away')
    await expect(newPasskey(attestation('none', nothing), () => Promise.reject(away))).rejects.toBe(away)
  })
})

describe('an assertion', () => {
  const member = '0193591f-4a77-7000-8000-00000000abcd'
  const named = (userHandle?: string) => {
    const assertion = readAssertion(
      JSON.stringify({
        id: 'AAAA',
        rawId: 'AAAA',
        type: 'public-key',
        clientExtensionResults: {},
        response: { clientDataJSON: 'AA', authenticatorData: 'AA', signature: 'AA', userHandle },
      }),
    )
    if (!assertion) throw new Error('It was not read')
    return assertion
  }

  it('names its owner, or nobody where it was told which keys to choose from', () => {
    const handle = base64url(Buffer.from(member.replaceAll('-', ''), 'hex'))
    expect(namesOwner(named(handle), member, false)).toBe(true)
    expect(namesOwner(named(handle), member.replace('abcd', 'abce'), false)).toBe(false)
    expect(namesOwner(named(), member, false)).toBe(false)
    expect(namesOwner(named(), member, true)).toBe(true)
    expect(namesOwner(named('AAAA'), member, true)).toBe(false)
  })
})
