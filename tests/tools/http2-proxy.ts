/** A proxy that speaks HTTP/2 with browsers, as most that stand before a house on the internet do, and lets no WebSocket through. */
// What @peculiar/x509 is built with asks for it.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { request } from 'node:http'
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509'

interface Http2Proxy {
  origin: string
  close(): void
}

/** Its certificate is its own, so a browser must be told to take it. */
export async function startHttp2Proxy(target: string): Promise<Http2Proxy> {
  const server = createSecureServer({ ...(await certificate()), allowHTTP1: true })
  server.on('request', (incoming, outgoing) => pass(target, incoming, outgoing))
  server.on('upgrade', (_incoming, socket) => socket.destroy())
  server.on('session', (session) => server.once('close', () => session.destroy()))
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.emit('close')
    },
  }
}

/** What belongs to one connection alone is not passed on, nor is what only HTTP/2 has. */
const OF_THE_CONNECTION = /^:|^(connection|keep-alive|transfer-encoding)$/

function pass(target: string, incoming: Http2ServerRequest, outgoing: Http2ServerResponse): void {
  const { hostname, port } = new URL(target)
  const passed = <Value>(headers: Record<string, Value>) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.test(name)))
  const { authority, headers: asked } = incoming
  const headers = {
    ...passed(asked),
    host: authority,
    // A house that was told no PUBLIC_URL does not know of the TLS before it.
    ...(asked.origin && { origin: asked.origin.replace('https:', 'http:') }),
  }
  const onward = request({
    hostname,
    port,
    method: incoming.method,
    path: incoming.url,
    headers,
    agent: false,
  })
  onward.on('response', (response) => {
    outgoing.writeHead(response.statusCode ?? 502, passed(response.headers))
    response.pipe(outgoing)
  })
  onward.on('error', () => outgoing.stream?.destroy())
  outgoing.on('close', () => onward.destroy())
  incoming.pipe(onward)
}

async function certificate(): Promise<{ key: string; cert: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const cert = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys,
    signingAlgorithm: algorithm,
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { key: PemConverter.encode(key, 'PRIVATE KEY'), cert: cert.toString('pem') }
}
