import { expect, it } from 'vitest'
import { csvLine } from './csv.ts'

it.each([
  [[1, 'Mei', 'hi'], '"1","Mei","hi"\r\n'],
  [['say "tea", please\nnow'], '"say ""tea"", please\nnow"\r\n'],
  [['=HYPERLINK("x")'], `"'=HYPERLINK(""x"")"\r\n`],
  [['+1', '-1', '@a', '\tx'], `"'+1","'-1","'@a","'\tx"\r\n`],
  [[' =1', '\n=1', '\r=1', '\u202e=1', 'a=1'], `"' =1","'\n=1","'=1","'=1","a=1"\r\n`],
  [['\u001b[31mred'], '"[31mred"\r\n'],
])('%j is %j', (cells, line) => expect(csvLine(cells)).toBe(line))
