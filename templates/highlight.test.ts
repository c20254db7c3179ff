import { expect, test } from 'vitest'
import { highlight } from './highlight.ts'

test('every word of the search is marked, whatever its case', () => {
  expect(highlight('<p>Kettle is on, 林小雨</p>', 'kettle 林')).toBe(
    '<p><mark>Kettle</mark> is on, <mark>林</mark>小雨</p>',
  )
})

test('tags, attributes and character references are left alone', () => {
  const html = '<p><a href="/amp">a &amp; b</a></p>'
  expect(highlight(html, 'href')).toBe(html)
  expect(highlight(html, 'amp')).toBe(html)
  expect(highlight(html, 'p a')).toBe('<p><a href="/amp"><mark>a</mark> &amp; b</a></p>')
})

test('a search is text, not a pattern, and nothing it says becomes HTML', () => {
  expect(highlight('<p>1+1 (x.y)</p>', '1+1 x.y')).toBe('<p><mark>1+1</mark> (<mark>x.y</mark>)</p>')
  expect(highlight('<p>hi</p>', '<b> .* $& (')).toBe('<p>hi</p>')
})

test('without words nothing is marked', () => {
  expect(highlight('<p>hi</p>', ' ')).toBe('<p>hi</p>')
})
