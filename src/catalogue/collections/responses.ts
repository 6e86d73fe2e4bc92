import { collection, decimal, instant, list, text } from './shapes.ts'

export const responses = collection('What somebody has filled in in a form', {
  form: text('The form'),
  email: text('The first e-mail address that was given'),
  phone: text('The first telephone number that was given'),
  answers: list('What was answered, question by question', {
    question: text('What the form calls the question'),
    type: text('What kind of answer it is, in the words of the platform'),
    text: text('A text'),
    email: text('An e-mail address'),
    phone: text('A telephone number'),
    choice: text('What was chosen'),
    number: decimal('A number'),
    date: text('A date'),
    url: text('An address'),
  }),
  startedAt: instant('When it was begun'),
  submittedAt: instant('When it was sent'),
})
