import ipaddr from 'ipaddr.js'
import type { Config } from '../config.ts'
import { problem } from './errors.ts'

/** What a request says of where it was sent, after the proxies that are trusted. */
export interface RequestOrigin {
  /** Scheme, host and port as people typed them. */
  origin: string
  secure: boolean
}

/** `[::1]:8080` or `192.0.2.1` or `localhost:8080` */
const IP_HOST = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\])$/

/**
 * Our origin: PUBLIC_URL, or else the request's own scheme and Host, which must be a name that only we can have. A page on
 * evil.example whose name was rebound to 127.0.0.1 still sends `Host: evil.example`, and is turned away here.
 * @throws Problem 421 for any other Host
 */
export function ourOrigin(request: Request, config: Config): RequestOrigin {
  if (config.PUBLIC_URL) return { origin: config.PUBLIC_URL, secure: config.PUBLIC_URL.startsWith('https:') }
  const host = request.headers.get('host') ?? ''
  const secure = config.TRUST_PROXY > 0 && request.headers.get('x-forwarded-proto') === 'https'
  if (last.host !== host || last.secure !== secure || last.listensOn !== config.HOST) {
    if (!isOurHost(host, config.HOST)) throw problem('misdirected')
    const { origin } = new URL(`${secure ? 'https' : 'http'}://${host}`)
    last = { host, secure, listensOn: config.HOST, origin }
  }
  return last
}

/** What came of the last Host: it is nearly always the next one's too. */
let last = { host: '', secure: false, listensOn: '', origin: '' }

function isOurHost(host: string, listensOn: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  const known = name === 'localhost' || name === listensOn.toLowerCase() || IP_HOST.test(name)
  return known && URL.canParse(`http://${host}`)
}

/** Headers by which a proxy says that it stands in between. */
const PROXY_HEADER = /^(x-forwarded-.*|x-real-ip|forwarded|via|.*-connecting-ip|.*-client-ip)$/

/** Someone on this very machine, with no proxy that could speak for someone else. */
export function isLocalVisitor(request: Request, socketAddress: string): boolean {
  if ([...request.headers.keys()].some((name) => PROXY_HEADER.test(name))) return false
  // A proxy that says nothing of itself still passes on the name that was typed.
  if (!isOurHost(request.headers.get('host') ?? '', 'localhost')) return false
  const address = socketAddress.replace(/^::ffff:/, '')
  return address === '::1' || address.startsWith('127.')
}

/** An address with a port, as some proxies write it: `192.0.2.7:50123`, `[2001:db8::7]:50123`, or in brackets without one. */
const WITH_PORT = /^(?:\[(.+)\]|([\d.]+))(?::\d+)?$/

/**
 * The address that limits count: the socket's, or with TRUST_PROXY=n the n-th from the right in X-Forwarded-For, which the outermost
 * trusted proxy wrote. What a client puts further left is not believed. Its port is left out: it is another one for each connection.
 */
export function clientAddress(request: Request, socketAddress: string, trustedProxies: number): string {
  if (trustedProxies === 0) return socketAddress
  const hops = (request.headers.get('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim())
  const hop = hops.at(-trustedProxies) ?? ''
  const [, bracketed, plain] = WITH_PORT.exec(hop) ?? []
  const address = (bracketed ?? plain ?? hop).replace(/%.*$/, '')
  // What is no address is not believed, stored or counted.
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : socketAddress
}
