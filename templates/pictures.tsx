import { useWords } from './words.tsx'

/** Line drawings. They stand on a hairline: the hairline is the table. Colour comes from the stylesheet. */

export function Brand() {
  const words = useWords()
  return (
    <a class="brand" href="/">
      <svg class="mark" width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M8 2c-1.2 1.3 1.2 2.4 0 4M12.500 2c-1.200 1.300 1.200 2.400 0 4" />
        <path d="M3 9.500h14.500v2.500a6 6 0 0 1-6 6h-2.500a6 6 0 0 1-6-6zM17.500 10.500h1.500a2.600 2.600 0 0 1 0 5.200h-2.500M6.500 21.500h7.500" />
      </svg>
      <span>{words.house}</span>
    </a>
  )
}

/** The sign for the drawer of rooms; its name stands beside it for readers. */
export function Bars() {
  return (
    <svg class="bars" width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
      <path d="M1 4h16M1 9h16M1 14h16" />
    </svg>
  )
}

/** The cup on its saucer, above the forms and in an empty room. */
export function Cup() {
  return (
    <svg class="picture cup" width="104" height="92" viewBox="0 0 104 92" aria-hidden="true">
      <path class="steam" d="M45 6c-5 6 5 11 0 17M58 6c-5 6 5 11 0 17" />
      <path d="M22 33h60c0 27-9 46-22 46h-16c-13 0-22-19-22-46z" />
      <path d="M81 40c10-6 20 0 18 10s-14 15-23 12" />
      <path d="M38 79v6M66 79v6M10 85h84l-5 6h-74z" />
    </svg>
  )
}

/** The cup gone cold, where something went wrong. */
export function ColdCup() {
  return (
    <svg class="picture cold-cup" width="96" height="60" viewBox="0 0 96 60" aria-hidden="true">
      <path d="M13 3h64c0 24-10 42-24 42h-16c-14 0-24-18-24-42z" />
      <path d="M76 10c9-5 16 0 14 9s-12 12-20 10" />
      <path d="M31 45l-4 14h36l-4-14" />
    </svg>
  )
}

/** The pot and two cups of the front page. */
export function TeaTable() {
  return (
    <svg class="picture tea-table" width="424" height="172" viewBox="0 0 424 172" aria-hidden="true">
      <g class="steam">
        <path d="M291 2c6 9-6 15 0 26M318 80c6 9-6 17 0 27M332 80c6 9-6 17 0 27" />
      </g>
      <g>
        <path d="M61 77c-24-14-58-4-58 20 0 28 34 40 62 32M57 85c-20-8-46-2-46 14 0 20 26 28 47 22" />
        <path d="M95 56c-64 26-52 106 50 106 104 0 114-80 52-106" />
        <path d="M94 55c8-16 28-22 52-22s44 6 52 22c-16 10-88 10-104 0z" />
        <path d="M136 33c-6-18 28-20 23 0" />
        <path d="M231 78c24-6 30-40 44-40 10 0 8 8 5 14-10 24-22 56-43 63" />
        <path d="M106 156c3 4 1 14 7 14h64c6 0 4-10 7-14" />
      </g>
      <ellipse class="tea" cx="324" cy="122" rx="30" ry="5" />
      <g>
        <ellipse cx="324" cy="120" rx="34" ry="8" />
        <path d="M290 121c1 24 9 36 20 40l2 10h25l2-10c11-4 19-16 19-40" />
      </g>
      <ellipse class="tea" cx="396" cy="131" rx="22" ry="4" />
      <g>
        <ellipse cx="396" cy="130" rx="26" ry="6" />
        <path d="M370 131c1 20 6 29 15 32l1 8h20l1-8c9-3 14-12 15-32" />
      </g>
    </svg>
  )
}
