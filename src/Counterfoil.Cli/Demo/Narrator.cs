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
        if (OnTerminal) Console.Error.Write($"\r\u001b[2K{OneRow($"  … {what}")}");
    }

    /// <summary>How far the step is; shown at most ten times a second on a terminal, every few seconds elsewhere.</summary>
    public void Progress(string what, double share)
    {
        if (Stopwatch.GetElapsedTime(reported) < (OnTerminal ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(3))) return;
        reported = Stopwatch.GetTimestamp();
        var elapsed = Stopwatch.GetElapsedTime(started);
        string left = share is > 0 and <= 1 ? $", {elapsed.TotalSeconds * (1 - share) / share:F0} s left" : "";
        string line = $"  … {what}: {share:P0}{left}";
        if (OnTerminal) Console.Error.Write($"\r\u001b[2K{OneRow(line)}");
        else Console.Error.WriteLine(line);
    }

    /// <summary>The step is done, and this is what came of it.</summary>
    public void Done(string what)
    {
        if (OnTerminal) Console.Error.Write("\r\u001b[2K");
        string time = $"{Stopwatch.GetElapsedTime(started).TotalSeconds,5:F2} s";
        Terminal.Notes.Markup($"  [green]✓[/] [grey]{time}[/]  ");
        Terminal.Notes.WriteWrapped(what, 4 + time.Length + 2);
    }

    // What is to be wiped must not have been broken over two rows.
    static string OneRow(string line)
    {
        int width = Terminal.Notes.Profile.Width - 1;
        return line.Length <= width ? line : $"{line.AsSpan(0, width - 1)}…";
    }

    public static void Chapter(string title) => Terminal.Notes.MarkupLine($"[bold]{Markup.Escape(title)}[/]");
}
