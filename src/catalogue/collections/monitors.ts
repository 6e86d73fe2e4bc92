import { collection, instant, labels, text } from './shapes.ts'

export const monitors = collection('What is watched, and how it is', {
  name: text('What it is called'),
  type: text('What kind of monitor it is, in the words of the platform'),
  query: text('What is measured, and what is too much'),
  message: text('What is said when it is'),
  status: text('How it is, in the words of the platform'),
  tags: labels('Words that it is marked with'),
  owner: text('E-mail address of who made it'),
  createdAt: instant('When it was made'),
  updatedAt: instant('When it was last changed'),
})
