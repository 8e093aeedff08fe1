using System.Diagnostics;
using Spectre.Console;

namespace Counterfoil.Cli.Demo;

/// <summary>Tells what happens, step by step, on stderr: a line when a step begins on a terminal, and one with its time when it is done.</summary>
sealed class Narrator
{
    static readonly bool OnTerminal = !Console.IsErrorRedirected;
    long started = Stopwatch.GetTimestamp();
    long reported;

    /// <summary>A step begins.</summary>
    public void Begin(string what)
    {
        started = reported = Stopwatch.GetTimestamp();
        if (OnTerminal) Console.Error.Write($"\r\u001b[2K  … {what}");
    }

    /// <summary>How far the step is; shown at most ten times a second on a terminal, every few seconds elsewhere.</summary>
    public void Progress(string what, double share)
    {
        if (Stopwatch.GetElapsedTime(reported) < (OnTerminal ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(3))) return;
        reported = Stopwatch.GetTimestamp();
        var elapsed = Stopwatch.GetElapsedTime(started);
        string left = share is > 0 and <= 1 ? $", {elapsed.TotalSeconds * (1 - share) / share:F0} s left" : "";
        if (OnTerminal) Console.Error.Write($"\r\u001b[2K  … {what}: {share:P0}{left}");
        else Console.Error.WriteLine($"  … {what}: {share:P0}{left}");
    }

    /// <summary>The step is done, and this is what came of it.</summary>
    public void Done(string what)
    {
        if (OnTerminal) Console.Error.Write("\r\u001b[2K");
        Terminal.Notes.MarkupLine($"  [green]✓[/] {Markup.Escape(what)} [grey]{Stopwatch.GetElapsedTime(started).TotalSeconds:F2} s[/]");
    }

    public static void Chapter(string title) => Terminal.Notes.MarkupLine($"[bold]{Markup.Escape(title)}[/]");
}
