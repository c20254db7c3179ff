/**
 * Marks the words of a search in a message's safe HTML. Tags and character references pass as they are, so that looking
 * for "amp" or "href" cannot break them.
 */
export function highlight(html: string, query: string): string {
  const words = query.split(/\s+/).filter(Boolean).map(escapeRegExp)
  if (words.length === 0) return html
  const found = new RegExp(words.join('|'), 'giu')
  return html
    .split(/(<[^>]*>|&[^;\s]+;)/)
    .map((piece, index) => (index % 2 ? piece : piece.replace(found, '<mark>$&</mark>')))
    .join('')
}

const escapeRegExp = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
