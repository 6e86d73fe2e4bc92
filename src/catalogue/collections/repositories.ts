import { collection, flag, text } from './shapes.ts'

export const repositories = collection('Where code is kept', {
  name: text('Name without its owner'),
  fullName: text('Owner and name, with a slash'),
  description: text('One line about it'),
  private: flag('Whether only its members see it'),
  archived: flag('Whether it is read-only'),
  defaultBranch: text('The branch that is checked out by default'),
  url: text('Its page'),
  updatedAt: text('ISO 8601 time of its last change'),
})
