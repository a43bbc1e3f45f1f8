/** What the page of studies adds to the style of the evaluation's report. */
export const STUDY_STYLE = `
small { display: block; color: var(--muted); font-size: 12px; line-height: 1.35; }
a { color: var(--reference); }
td, tbody th { vertical-align: top; }
td.wrap, th.wrap, th.claim { white-space: normal; overflow-wrap: anywhere; min-width: 9em; }
th.claim { min-width: 15em; max-width: 26em; }
th.claim a { font-weight: 600; }
th.number { white-space: normal; min-width: 6em; }
th.number + th:not(.number), .number + td:not(.number) { padding-left: 14px; }
td.number { white-space: nowrap; }
td.number small { white-space: normal; min-width: 7em; }
.verdict { font-weight: 600; white-space: normal; min-width: 6.5em; }
.verdict small { font-weight: 400; }
.wins { color: var(--good); }
.loses { color: var(--bad); }
.unclear { color: var(--muted); }
.finding { font-weight: 600; margin: 12px 0; }
.size { background: var(--soft); border-left: 4px solid var(--reference); padding: 10px 16px; margin: 12px 0; }
.grade-memory { color: var(--bad); font-weight: 600; }
.grade-secondary, .grade-choice { color: var(--strongest); }
.study { border-top: 2px solid var(--rule); padding-top: 20px; }
.study section { margin-top: 28px; }
h3 { font-size: 16px; margin: 0 0 6px; }
blockquote { margin: 12px 0; padding: 0 0 0 16px; border-left: 3px solid var(--grid); font-style: italic; }
@media (max-width: 760px) {
  main, footer { padding: 0 16px; }
  header { padding-top: 20px; }
  h1 { font-size: 23px; }
  svg.plot { max-width: none; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin: 0 0 6px; }
}
@media print {
  .study { break-before: page; break-inside: auto; }
  #all-claims { break-inside: auto; }
  .study details { display: block; }
  small { font-size: 8px; }
}
`;
