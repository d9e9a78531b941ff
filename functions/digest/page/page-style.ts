/** The style of a digest's page: light and dark by the reader's preference, one column on a phone. No address is loaded. */
export const pageStyle = `
:root { color-scheme: light dark; --ground: #f4f5f7; --card: #ffffff; --ink: #1b1f24; --soft: #59636e; --edge: #dfe3e8; --grid: #e9ecf0;
  --first: #2a6fdb; --second: #d9620a; --good: #1a7f4b; --warn: #9a6100; --bad: #c62a25; --quiet: #8a939e; --notice: #fdeceb; }
@media (prefers-color-scheme: dark) { :root { --ground: #101418; --card: #191f25; --ink: #e7ebef; --soft: #9aa5b1; --edge: #2c353e; --grid: #262e36;
  --first: #6aa5ff; --second: #ff9d4d; --good: #4cc78a; --warn: #eab04a; --bad: #ff7a70; --quiet: #7f8a96; --notice: #3a1f1f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 28px 20px 40px; }
h1 { margin: 0; font-size: 24px; line-height: 1.25; text-wrap: balance; }
h2 { margin: 0; font-size: 16px; line-height: 1.4; }
.subtitle { margin: 4px 0 20px; color: var(--soft); overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(5, 1fr); gap: 12px; margin: 0 0 16px; }
.figure, .card { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; }
.figure { padding: 12px 16px; display: flex; flex-direction: column-reverse; }
.figure dt { color: var(--soft); font-size: 13px; }
.figure dd { margin: 0; font-size: 26px; line-height: 1.15; font-weight: 600; font-variant-numeric: tabular-nums; }
.notices { margin: 0 0 16px; padding: 12px 16px 12px 34px; background: var(--notice); border: 1px solid var(--bad); border-radius: 10px; overflow-wrap: anywhere; }
.plots { display: grid; grid-template-columns: 1fr 1fr; grid-auto-flow: dense; gap: 16px; margin-bottom: 16px; }
.plots > :only-child, .plots > .broad { grid-column: 1 / -1; }
.card { padding: 16px 18px; margin: 0; min-width: 0; }
.card + .card { margin-top: 16px; }
.plots .card { margin: 0; }
.unit, .note, .lead, footer { color: var(--soft); font-size: 13px; margin: 2px 0 0; }
.lead { font-size: 14px; overflow-wrap: anywhere; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 6px 0 4px; padding: 0; list-style: none; font-size: 13px; }
.legend i { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; }
.plot { display: block; width: 100%; height: auto; margin-top: 6px; }
.plot.small, .plot.large { display: none; }
.plot text.tick { fill: var(--soft); font-size: 11.5px; font-variant-numeric: tabular-nums; }
.grid { stroke: var(--grid); } .axis { stroke: var(--quiet); }
.now { stroke: var(--ink); stroke-dasharray: 3 3; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; } .area { opacity: .18; }
.fill-first { fill: var(--first); } .fill-second { fill: var(--second); } .fill-good { fill: var(--good); } .fill-warn { fill: var(--warn); }
.fill-bad { fill: var(--bad); } .fill-quiet { fill: var(--quiet); }
.line-first { stroke: var(--first); } .line-second { stroke: var(--second); stroke-dasharray: 6 3; }
.back-first { background: var(--first); } .back-second { background: var(--second); } .back-good { background: var(--good); }
.back-warn { background: var(--warn); } .back-bad { background: var(--bad); } .back-quiet { background: var(--quiet); }
.count { margin-left: 6px; padding: 1px 8px; border-radius: 999px; background: var(--ground); color: var(--soft); font-size: 13px; font-weight: 500; }
.rows { list-style: none; margin: 10px 0 0; padding: 0; }
.row { display: grid; grid-template-columns: 18px minmax(0, 15rem) minmax(0, 1fr) minmax(0, max-content); gap: 2px 12px; padding: 7px 0; border-top: 1px solid var(--grid); overflow-wrap: anywhere; }
.row .name { font-weight: 600; } .row .aside { color: var(--soft); text-align: right; font-size: 13px; font-variant-numeric: tabular-nums; max-width: 17rem; }
.mark { font-weight: 700; text-align: center; }
.good .mark { color: var(--good); } .warn .mark, .is-warn dd { color: var(--warn); } .bad .mark, .is-bad dd { color: var(--bad); } .plain .mark { color: var(--quiet); }
details summary { cursor: pointer; padding: 7px 0; border-top: 1px solid var(--grid); color: var(--soft); font-size: 14px; }
details .rows { margin: 0; }
.more { margin: 8px 0 0; color: var(--soft); font-size: 14px; }
footer { margin-top: 20px; }
@media (min-width: 1100px) { .broad .plot.medium { display: none; } .broad .plot.large { display: block; } }
@media (max-width: 900px) { .plots { grid-template-columns: minmax(0, 1fr); } .row { grid-template-columns: 18px minmax(0, 1fr); }
  .row .text, .row .aside { grid-column: 2; text-align: left; max-width: none; } }
@media (max-width: 640px) { main { padding: 18px 12px 32px; } h1 { font-size: 20px; } .card { padding: 14px; }
  .figures { grid-template-columns: repeat(6, 1fr); gap: 8px; } .figure { grid-column: span 2; padding: 8px 12px; } .figure:nth-child(n + 4) { grid-column: span 3; }
  .figure dd { font-size: 21px; } .plot.medium { display: none; } .plot.small { display: block; } }
@media print { body { background: #fff; } .card, .figure { break-inside: avoid; } }
`;
