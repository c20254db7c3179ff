import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/** What names a send: together with its author and room, the same three are the same send, however often they arrive. */
export interface SendName {
  authorId: string
  nonce: string
  replyTo: number | null
  body: string
}

/** A nonce as the contract allows it. */
export const NONCE = /^[A-Za-z0-9_-]{1,64}$/

/**
 * The key under which a send is stored: the first 16 bytes of SHA-256 over author, nonce, reply_to and text, as hex.
 * Fixed length, no collation, and another text under an old nonce is another send. The parts before the text cannot
 * contain the separator, so no two sends share a spelling.
 */
export function sendKey({ authorId, nonce, replyTo, body }: SendName): string {
  const spelled = new TextEncoder().encode(`${authorId}\n${nonce}\n${replyTo ?? ''}\n${body}`)
  // Not by Web Crypto: its way through a thread costs eight times as much as the hash of a message.
  return bytesToHex(sha256(spelled).subarray(0, 16))
}

/** A nonce for a send that brought none, or for a composer. */
export function freshNonce(): string {
  return crypto.randomUUID()
}
