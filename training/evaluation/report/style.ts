/** Style of the report. The custom properties are also the colours of the figures. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1b1f24; --muted: #5b6570; --rule: #8c959f; --grid: #e6e9ec; --soft: #f5f7f9;
  --reference: #0b62c4; --strongest: #c4570b; --baseline: #7b858f; --oracle: #7a3fb0;
  --good: #11703a; --bad: #a8331c;
  --part-1: #2f6fb3; --part-2: #d98b2b; --part-3: #3b9279; --part-4: #b9505f;
  --part-5: #8668b3; --part-6: #8a6a4b; --part-7: #98a2ab; --part-8: #bfae3a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181d; --ink: #e4e8ec; --muted: #9aa5b0; --rule: #66707a; --grid: #2a3037; --soft: #1b2026;
    --reference: #5aa9ff; --strongest: #f0944d; --baseline: #8b959f; --oracle: #c08df0;
    --good: #5cc98a; --bad: #f08a72;
    --part-1: #5b9bd8; --part-2: #e0a356; --part-3: #5bb39a; --part-4: #d87a86;
    --part-5: #a78ed0; --part-6: #b08f6e; --part-7: #77818a; --part-8: #cfc062;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
main, footer { max-width: 1140px; margin: 0 auto; padding: 0 32px; }
header { padding: 40px 0 8px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 0 0 8px; }
.lead, .note { color: var(--muted); margin: 0 0 12px; font-size: 14px; }
.findings { margin: 16px 0 0; padding: 16px 20px 16px 36px; background: var(--soft); border-left: 4px solid var(--reference); }
.findings li + li { margin-top: 6px; }
.findings li:first-child { font-weight: 600; }
section, footer { margin-top: 44px; }
figure { margin: 0 0 16px; overflow-x: auto; }
svg.plot { display: block; max-width: 100%; height: auto; overflow: visible; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(330px, 1fr)); gap: 8px 16px; }
.keys { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 12px 0 0; color: var(--muted); font-size: 13px; }
.key { display: inline-flex; align-items: center; gap: 6px; }
.scroll { overflow-x: auto; margin: 8px 0 16px; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; white-space: nowrap; width: 100%; }
caption { text-align: left; color: var(--muted); padding-bottom: 6px; white-space: normal; }
th, td { padding: 4px 12px 4px 0; text-align: left; border-bottom: 1px solid var(--grid); font-weight: 400; }
thead th.number { text-align: right; }
thead th { border-bottom: 1px solid var(--rule); color: var(--muted); vertical-align: bottom; white-space: normal; }
.number { text-align: right; }
th.own { font-weight: 700; }
.better { color: var(--good); }
.worse { color: var(--bad); font-weight: 600; }
summary { cursor: pointer; color: var(--muted); font-size: 13px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; font-size: 13px; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
pre { background: var(--soft); padding: 12px 16px; overflow-x: auto; font-size: 13px; white-space: pre-wrap; }
footer { padding-bottom: 56px; }
@media print {
  :root { --paper: #ffffff; --ink: #000000; --muted: #444444; --rule: #777777; --grid: #dddddd; --soft: #f5f5f5;
    --reference: #0b62c4; --strongest: #c4570b; --baseline: #6b747d; --oracle: #7a3fb0; --good: #11703a; --bad: #a8331c; }
  @page { margin: 14mm; }
  body { font-size: 11px; }
  header { padding-top: 0; }
  main, footer { max-width: none; padding: 0; }
  section, footer { margin-top: 24px; }
  section, figure, tr { break-inside: avoid; }
  section:has(details[open]), #training, #method { break-inside: auto; }
  h2, .note { break-after: avoid; }
  details:not([open]) { display: none; }
  .scroll, figure { overflow: visible; }
  table { font-size: 9px; }
  th, td { padding: 2px 6px 2px 0; }
}
`;
