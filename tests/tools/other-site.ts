/** A site that is not ours, on this machine: an empty page at every address. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface OtherSite {
  /** `127.0.0.1` is another site than `localhost`; `localhost` with another port is another origin of the same, and gets its cookies. */
  originAt(name: 'localhost' | '127.0.0.1'): string
  close(): void
}

export async function startOtherSite(): Promise<OtherSite> {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end(
      '<!doctype html><html lang="en"><title>Elsewhere</title><body><p>Nothing to see.</p></body></html>',
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    originAt: (name) => `http://${name}:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
