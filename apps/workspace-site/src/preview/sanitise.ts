import DOMPurify from 'dompurify'

/** All that the preview is drawn with; whatever a mistake of the parser let through beyond it is left out. */
const tags = 'a blockquote br code div em h1 h2 h3 h4 h5 h6 hr input li ol p pre s span strong table tbody td th thead tr ul'.split(' ')
const attributes = 'aria-label checked class data-document data-line disabled href id rel start tabindex type'.split(' ')

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
