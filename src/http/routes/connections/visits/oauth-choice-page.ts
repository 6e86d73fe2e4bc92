import type { Choice } from '../../../../connections/health/choices.ts'
import { escaped, wholePage, type Page } from './visit-page.ts'

/** What is wrong with what was sent. */
export const choiceFaults = { none: 'Choose one to go on.', other: 'Choose one of these.' }

/** A form by which a person says which account is meant. */
export function choicePage({ name, choices, fault }: Choosing): Page {
  const title = `Which account of ${name}?`
  const options = choices.map(
    choice => `<label><input type="radio" name="choice" value="${escaped(choice.id)}" required>
<span>${escaped(choice.name)}${choice.detail === null ? '' : `<small>${escaped(choice.detail)}</small>`}</span></label>`,
  )
  const inner = `<h1>${escaped(title)}</h1>
${fault === undefined ? '' : `<p class="fault" role="alert">${escaped(fault)}</p>\n`}<form method="post">
<fieldset>
<legend>You opened ${choices.length}. One of them is connected.</legend>
${options.join('\n')}
</fieldset>
<button type="submit">Connect</button>
</form>`
  return wholePage({
    title,
    inner,
    attributes: `class="${fault === undefined ? 'good' : 'bad'}"`,
    formAction: "'self'",
  })
}

export interface Choosing {
  /** What the platform is called. */
  name: string
  choices: Choice[]
  /** What is wrong with what was sent. */
  fault: string | undefined
}
