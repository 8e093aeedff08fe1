using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Exports;

/// <summary>The checks of what reports are made from.</summary>
public static class ReportChecks
{
    /// <summary>A file holds a signed statement that commits to a dataset.</summary>
    public static readonly Check Statement = new("data.report.statement");

    /// <summary>What a provider states of its data is JSON of its form, names known fields and is within limits.</summary>
    public static readonly Check About = new("data.report.about");

    /// <summary>A model comes with the training run that made its weights, and that run was on the dataset that is reported.</summary>
    public static readonly Check Model = new("data.report.model");
}
