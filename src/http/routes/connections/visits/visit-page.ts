import { createHash } from 'node:crypto'

const style = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #556070; --paper: #fff; --ground: #f2f4f7; --line: #8a94a3; --good: #1a7f37; --bad: #b42318; --act: #1f5fbf; --on-act: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #aab3c0; --paper: #1b212b; --ground: #0f131a; --line: #6b7584; --good: #4ac26b; --bad: #ff8a80; --act: #8ab4f8; --on-act: #10151d } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
main { background: var(--paper); border-radius: 12px; box-sizing: border-box; padding: 2rem; width: min(30rem, 100vw - 2rem); border-top: 4px solid var(--good) }
main.bad { border-color: var(--bad) }
h1 { font-size: 1.3rem; margin: 0 0 .5rem } p { margin: 0 } a { color: var(--act) }
fieldset { border: 0; margin: 1rem 0; padding: 0; min-width: 0 } legend { padding: 0; margin-bottom: .5rem }
label { display: flex; gap: .75rem; align-items: baseline; border: 1px solid var(--line); border-radius: 8px; padding: .75rem; margin-bottom: .5rem; cursor: pointer }
label:has(:checked) { border-color: var(--act); box-shadow: inset 0 0 0 1px var(--act) }
label:focus-within { outline: 2px solid var(--act); outline-offset: 2px }
input { flex: none; accent-color: var(--act); margin: 0 } small { display: block; color: var(--soft) }
button { font: inherit; font-weight: 600; width: 100%; padding: .75rem; border: 0; border-radius: 8px; background: var(--act); color: var(--on-act); cursor: pointer }
button:focus-visible { outline: 2px solid var(--act); outline-offset: 2px }
.fault { color: var(--bad); font-weight: 600; margin-top: .5rem }
`
const styleHash = createHash('sha256').update(style).digest('base64')

export interface Page {
  html: string
  contentSecurityPolicy: string
}

/** One small page for a person, and the policy that lets it load nothing but its own style. */
export function page({ title, text, good }: { title: string; text: string; good: boolean }): Page {
  const inner = `<div role="${good ? 'status' : 'alert'}">
<h1>${escaped(title)}</h1>
<p>${escaped(text)}</p>
</div>`
  return wholePage({ title, inner, attributes: `class="${good ? 'good' : 'bad'}"` })
}

/** A page that leads on by itself, to an address that a form may not be answered with. */
export function onwardPage(title: string, href: string): Page {
  const inner = `<h1>${escaped(title)}</h1>
<p><a href="${escaped(href)}">Go on</a></p>`
  const head = `<meta http-equiv="refresh" content="0;url=${escaped(href)}">`
  return wholePage({ title, inner, attributes: 'class="good"', head })
}

/** The whole of a page around its inner part. @param formAction where its forms may lead: nowhere unless given */
export function wholePage({
  title,
  inner,
  attributes,
  head = '',
  formAction = "'none'",
}: {
  title: string
  inner: string
  attributes: string
  head?: string
  formAction?: string
}): Page {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${head}<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main ${attributes}>
${inner}
</main>
</body>
</html>
`
  const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action ${formAction}; frame-ancestors 'none'`
  return { html, contentSecurityPolicy }
}

/** A text as it stands in HTML. */
export function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, character => entities[character]!)
}
