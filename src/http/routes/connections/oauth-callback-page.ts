import { createHash } from 'node:crypto'

const style = `
:root { color-scheme: light dark; --ink: #1c2430; --paper: #fff; --ground: #f2f4f7; --good: #1a7f37; --bad: #b42318 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --paper: #1b212b; --ground: #0f131a; --good: #4ac26b; --bad: #ff8a80 } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { background: var(--paper); border-radius: 12px; box-sizing: border-box; padding: 2rem; width: min(30rem, 100vw - 2rem); border-top: 4px solid var(--good) }
main.bad { border-color: var(--bad) }
h1 { font-size: 1.3rem; margin: 0 0 .5rem } p { margin: 0 }
`
const styleHash = createHash('sha256').update(style).digest('base64')

/** One small page for a person, and the policy that lets it load nothing but its own style. */
export function page({ title, text, good }: { title: string; text: string; good: boolean }) {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main class="${good ? 'good' : 'bad'}" role="${good ? 'status' : 'alert'}">
<h1>${escaped(title)}</h1>
<p>${escaped(text)}</p>
</main>
</body>
</html>
`
  const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
  return { html, contentSecurityPolicy }
}

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, character => entities[character]!)
}
