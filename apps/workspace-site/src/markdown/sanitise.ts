import DOMPurify from 'dompurify'

/** All that the preview is drawn with; whatever a mistake of the parser let through beyond it is left out. */
const tags = [
  ...['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'blockquote', 'pre', 'code', 'span', 'input', 'img', 'a'],
  ...['em', 'strong', 's', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
]
const attributes = [
  'href',
  'title',
  'alt',
  'src',
  'class',
  'start',
  'type',
  'checked',
  'data-line',
  'data-anchor',
  'data-title',
  'data-task',
]

/** The second wall behind the parser: a fragment that holds known tags and attributes alone. */
export function sanitised(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: tags,
    ALLOWED_ATTR: attributes,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  })
}
