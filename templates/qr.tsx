import { encode } from 'uqr'

/** Modules of quiet around it, which readers need (ISO 18004, section 6.3.8). */
const QUIET = 4

/** A QR code as one inline path: nothing to load, and dark on light in both colour schemes, as cameras expect it. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { data } = encode(text, { border: QUIET, ecc: 'M' })
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  return (
    <svg class="qr" viewBox={`0 0 ${data.length} ${data.length}`} role="img" aria-label={label}>
      <path class="light" d={`M0 0h${data.length}v${data.length}h-${data.length}z`} />
      <path class="dark" d={path} shape-rendering="crispEdges" />
    </svg>
  )
}
