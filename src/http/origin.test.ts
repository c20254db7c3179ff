import { describe, expect, it } from 'vitest'
import { clientAddress } from './origin.ts'

const socket = '198.51.100.1'
const cameFrom = (forwardedFor: string | undefined, hops: number) =>
  clientAddress(
    new Request(
      'http://localhost/',
      forwardedFor === undefined ? {} : { headers: { 'x-forwarded-for': forwardedFor } },
    ),
    socket,
    hops,
  )

describe('where a request came from', () => {
  it.each([
    ['192.0.2.7', 0, socket],
    [undefined, 1, socket],
    ['', 1, socket],
    ['192.0.2.7', 1, '192.0.2.7'],
    // What the client claims stands on the left of what the proxies wrote.
    ['203.0.113.9, 192.0.2.7', 1, '192.0.2.7'],
    ['203.0.113.9, 192.0.2.7, 10.0.0.2', 2, '192.0.2.7'],
    // Fewer hops than there should be: somebody came around the outer proxy.
    ['192.0.2.7', 2, socket],
    // A port is another for each connection, and would be another key.
    ['192.0.2.7:50123', 1, '192.0.2.7'],
    ['[2001:db8::7]:50123', 1, '2001:db8::7'],
    ['[2001:db8::7]', 1, '2001:db8::7'],
    ['2001:DB8:0::7', 1, '2001:db8::7'],
    ['::ffff:192.0.2.7', 1, '192.0.2.7'],
    ['fe80::1%eth0', 1, 'fe80::1'],
    ['unknown', 1, socket],
    ['_hidden', 1, socket],
    ['192.0.2.7.example', 1, socket],
    ['<script>', 1, socket],
    ['1'.repeat(500), 1, socket],
  ])('X-Forwarded-For %j behind %i proxies is %s', (forwardedFor, hops, address) =>
    expect(cameFrom(forwardedFor, hops)).toBe(address),
  )
})
