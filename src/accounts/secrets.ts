/** 256 random bits, spelled for a cookie or a header. */
export function randomToken(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(32)))
}

/** SHA-256 as lower-case hex: what the database keeps of a token. */
export async function hashToken(token: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Whether two secrets are the same, in a time that does not tell where they differ. */
export function equalSecrets(one: string, other: string): boolean {
  let difference = one.length ^ other.length
  for (let place = 0; place < other.length; place += 1) {
    difference |= one.charCodeAt(place % Math.max(one.length, 1)) ^ other.charCodeAt(place)
  }
  return difference === 0
}

/** base64url without padding (RFC 4648, section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** @throws for what is none */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (byte) => byte.charCodeAt(0))
}
