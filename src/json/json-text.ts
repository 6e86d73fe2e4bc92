/** JSON as it was written, to be passed on so: with its digits, its spaces and the order of its members. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** `JSON.stringify` of a value, of whose members some may be JSON already. */
export function writeJson(value: unknown): string {
  if (typeof value !== 'object' || value === null || !Object.values(value).some(member => member instanceof JsonText)) {
    return JSON.stringify(value) ?? ''
  }
  const members = Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    const text = member instanceof JsonText ? member.text : JSON.stringify(member)
    return text === undefined ? [] : `${JSON.stringify(name)}:${text}`
  })
  return `{${members.join()}}`
}
