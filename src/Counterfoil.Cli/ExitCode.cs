using Counterfoil.Core.Verdicts;

namespace Counterfoil.Cli;

/// <summary>What the command's exit code says.</summary>
static class ExitCode
{
    /// <summary>Yes.</summary>
    public const int Yes = 0;
    /// <summary>Checked, and the answer is no.</summary>
    public const int No = 1;
    /// <summary>Usage, or malformed input.</summary>
    public const int Usage = 2;
    /// <summary>Could not find out.</summary>
    public const int Unknown = 3;

    /// <summary>The exit code of a verdict.</summary>
    public static int Of(Verdict verdict) => verdict switch
    {
        Verdict.Accepted => Yes,
        Verdict.Unverifiable => Unknown,
        _ => No,
    };
}
