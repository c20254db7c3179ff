/** How long the gateway may take. A person waits for the answer. */
const PATIENCE_MS = 10_000

/** The gateway did not take a text. Its message says why, and never what was to be sent or to whom. */
export class SmsError extends Error {}

export interface SmsGateway {
  /** @param to E.164. @throws SmsError */
  send(to: string, text: string): Promise<void>
}

/**
 * The operator's gateway: a POST of `{"to","text"}` to any address. Redirects are not followed, so that numbers and codes go nowhere else.
 * @param token sent as `Authorization: Bearer` when it is not empty
 */
export function createSmsGateway(url: string, token: string, patienceMs = PATIENCE_MS): SmsGateway {
  const headers = {
    'content-type': 'application/json',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  }
  return {
    async send(to, text) {
      const body = JSON.stringify({ to, text })
      const signal = AbortSignal.timeout(patienceMs)
      const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' }).catch(
        (error: Error) => {
          throw new SmsError(
            `The SMS gateway does not answer: ${(error.cause as Error)?.message ?? error.message}`,
          )
        },
      )
      // Its answer may repeat what it was sent: that belongs in no log.
      await response.body?.cancel()
      if (!response.ok) throw new SmsError(`The SMS gateway answered ${response.status}`)
    },
  }
}
