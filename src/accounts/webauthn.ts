import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { decodeAttestationObject, isoBase64URL } from '@simplewebauthn/server/helpers'
import { z } from 'zod'
import type { PasskeyCredential } from './passkeys.ts'

/**
 * The ceremonies of WebAuthn (Level 3). Only this file knows the library. A passkey of ours lives in the authenticator with its owner's name
 * (discoverable), and is used only after the authenticator has seen that it is its owner (user verification): so it is both factors.
 */

/** Who we are to authenticators: a passkey works at this origin and at no other. */
export interface RelyingParty {
  origin: string
  /** The origin's host name. Browsers take no IP address. */
  id: string
}

/** Ed25519, ES256, RS256: between them every authenticator there is. */
const ALGORITHMS = [-8, -7, -257]
/** How long the browser's dialogue stays: as long as the challenge. */
const TIMEOUT_MS = 5 * 60_000

const base64url = z.string().regex(/^[\w-]+$/)
const envelope = {
  // Of at most 1023 bytes (section 5.8.3), and the column has room for no more.
  id: base64url.max(1400),
  rawId: base64url.max(1400),
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}).loose(),
}
const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const
const registration = z.object({
  ...envelope,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(z.string()).max(20).optional(),
  }),
})
const assertion = z.object({
  ...envelope,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.optional(),
  }),
})

/** What a log-in by passkey sent. Nothing in it is proven yet. */
export type Assertion = z.output<typeof assertion>

/** @returns what `navigator.credentials.create` is told, and the challenge in it */
export function creationOptions(
  { id }: RelyingParty,
  house: string,
  member: { id: string; name: string },
  has: { id: string; transports: string[] }[],
) {
  return generateRegistrationOptions({
    rpName: house,
    rpID: id,
    userID: idBytes(member.id),
    userName: member.name,
    userDisplayName: member.name,
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: has,
    supportedAlgorithmIDs: ALGORITHMS,
    timeout: TIMEOUT_MS,
  })
}

/** @param has the keys to choose from, or none for whichever the authenticator has for us. @returns what `navigator.credentials.get` is told */
export function requestOptions({ id }: RelyingParty, has: { id: string; transports: string[] }[]) {
  return generateAuthenticationOptions({
    rpID: id,
    userVerification: 'required',
    allowCredentials: has,
    timeout: TIMEOUT_MS,
  })
}

/**
 * @param typed JSON as the browser made it; anything at all may have been sent in its place
 * @param takeChallenge whether the challenge in it is one of ours that nobody has answered; asked once
 * @returns null for what is no new passkey for us
 */
export async function readNewPasskey(
  typed: string,
  { origin, id }: RelyingParty,
  takeChallenge: (challenge: string) => Promise<boolean>,
): Promise<PasskeyCredential | null> {
  const sent = parse(registration, typed)
  if (!sent || !isPlainAttestation(sent.response.attestationObject)) return null
  const { transports = [], ...response } = sent.response
  const verified = await refusedAsNull(takeChallenge, (expectedChallenge) =>
    verifyRegistrationResponse({
      response: { ...sent, response },
      expectedChallenge,
      expectedOrigin: origin,
      expectedRPID: id,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  )
  if (!verified?.verified) return null
  const { credential } = verified.registrationInfo
  return {
    credentialId: credential.id,
    publicKey: isoBase64URL.fromBuffer(credential.publicKey),
    counter: credential.counter,
    transports: TRANSPORTS.filter((transport) => transports.includes(transport)),
  }
}

/**
 * We ask for no statement about the authenticator's make, and browsers take it away. Whoever sends one with certificates wants us to follow
 * the addresses in them.
 */
function isPlainAttestation(attestationObject: string): boolean {
  try {
    const decoded = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject))
    const format = decoded.get('fmt')
    return format === 'none' || (format === 'packed' && decoded.get('attStmt').get('x5c') === undefined)
  } catch {
    return false
  }
}

/** @param typed JSON as the browser made it; anything at all may have been sent in its place. @returns null for what is no assertion */
export function readAssertion(typed: string): Assertion | null {
  return parse(assertion, typed)
}

/** Whether the authenticator names this member as the owner of its key. One that was told which keys to choose from may name nobody. */
export function namesOwner({ response }: Assertion, memberId: string, wasTold: boolean): boolean {
  if (response.userHandle === undefined) return wasTold
  return response.userHandle === isoBase64URL.fromBuffer(idBytes(memberId))
}

/**
 * @param takeChallenge as for `readNewPasskey`
 * @returns the counter of signatures to keep; null for a signature that is wrong, old, for another house, made without knowing its owner, or
 * by a copy whose counter has fallen behind
 */
export async function verifyAssertion(
  sent: Assertion,
  { credentialId, publicKey, counter }: PasskeyCredential,
  { origin, id }: RelyingParty,
  takeChallenge: (challenge: string) => Promise<boolean>,
): Promise<number | null> {
  const verified = await refusedAsNull(takeChallenge, (expectedChallenge) =>
    verifyAuthenticationResponse({
      response: sent as Parameters<typeof verifyAuthenticationResponse>[0]['response'],
      expectedChallenge,
      expectedOrigin: origin,
      expectedRPID: id,
      credential: { id: credentialId, publicKey: isoBase64URL.toBuffer(publicKey), counter },
    }),
  )
  return verified?.verified ? verified.authenticationInfo.newCounter : null
}

/** The library says no by throwing. That the database is away is no refusal, and passes. */
async function refusedAsNull<Result>(
  takeChallenge: (challenge: string) => Promise<boolean>,
  verify: (expectedChallenge: (challenge: string) => Promise<boolean>) => Promise<Result>,
): Promise<Result | null> {
  let fault: { error: unknown } | undefined
  const watched = (challenge: string) =>
    takeChallenge(challenge).catch((error: unknown) => {
      fault = { error }
      return false
    })
  try {
    return await verify(watched)
  } catch {
    if (fault) throw fault.error
    return null
  }
}

function parse<Shape extends z.ZodType>(shape: Shape, typed: string): z.output<Shape> | null {
  try {
    return shape.safeParse(JSON.parse(typed)).data ?? null
  } catch {
    return null
  }
}

/** The handle by which an authenticator knows a member: their id, which says nothing to anyone. */
function idBytes(memberId: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(memberId.replaceAll('-', '').match(/../g) ?? [], (hex) => Number.parseInt(hex, 16))
}
