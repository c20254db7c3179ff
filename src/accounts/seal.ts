import { fromBase64Url, toBase64Url } from './secrets.ts'

const IV_BYTES = 12

/**
 * Closes a text so that whoever carries it can neither read nor change it (AES-256-GCM): what a form keeps between its two pages.
 * @param secret known to the house alone, the same on every node
 */
export async function seal(secret: string, text: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const closed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv },
    await keyOf(secret),
    new TextEncoder().encode(text),
  )
  return toBase64Url(new Uint8Array([...iv, ...new Uint8Array(closed)]))
}

/** @returns null for what was not sealed with this secret, or was changed */
export async function unseal(secret: string, sealed: string): Promise<string | null> {
  try {
    const bytes = fromBase64Url(sealed)
    const iv = bytes.subarray(0, IV_BYTES)
    const opened = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv },
      await keyOf(secret),
      bytes.subarray(IV_BYTES),
    )
    return new TextDecoder().decode(opened)
  } catch {
    return null
  }
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`seal ${secret}`))
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
}
