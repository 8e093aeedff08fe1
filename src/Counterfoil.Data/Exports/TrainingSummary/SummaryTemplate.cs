using System.Collections.Immutable;

namespace Counterfoil.Data.Exports.TrainingSummary;

/// <summary>Whether a field has to be filled.</summary>
public enum SummaryDemand
{
    /// <summary>Always.</summary>
    Required,
    /// <summary>Where the section's first question is answered yes, or where the thing asked about exists.</summary>
    Conditional,
    /// <summary>At will: the template marks it as optional.</summary>
    Optional,
}

/// <summary>A field of the EU template.</summary>
/// <param name="Number">Its number here: the template's section, and a letter for its place in it. The template numbers sections alone.</param>
/// <param name="Section">The section's number, as the template has it; <c>0</c> for what stands before section 1.</param>
/// <param name="Title">What it asks, in the template's words.</param>
/// <param name="Demand">Whether it has to be filled.</param>
public sealed record SummaryField(string Number, string Section, string Title, SummaryDemand Demand)
{
    /// <summary>Whether it is answered by yes or no.</summary>
    public bool IsQuestion => Title.EndsWith('?');
}

/// <summary>
/// The template for the public summary of training content that Article 53(1)(d) of Regulation (EU) 2024/1689 asks of providers of general-purpose AI models: European Commission, AI Office, 24 July 2025, adopted as
/// C(2025) 8311 of 5 December 2025.
/// </summary>
/// <remarks>Sections, titles and their order are the template's, read from summaries that providers have published on it. What a field takes beside its title (boxes to tick, ranges of size) stands in <c>docs/exports.md</c>.</remarks>
public static class SummaryTemplate
{
    /// <summary>The sections and theirs, in order.</summary>
    public static ImmutableArray<(string Number, string Title)> Sections { get; } =
    [
        ("0", "Public summary of training content"),
        ("1", "General information"), ("1.1", "Provider identification"), ("1.2", "Model identification"), ("1.3", "Modalities, overall training data size and other characteristics"),
        ("2", "List of data sources"), ("2.1", "Publicly available datasets"), ("2.2", "Private non-publicly available datasets obtained from third parties"),
        ("2.2.1", "Datasets commercially licensed by rightsholders or their representatives"), ("2.2.2", "Private datasets obtained from other third parties"),
        ("2.3", "Data crawled and scraped from online sources"), ("2.4", "User data"), ("2.5", "Synthetic data"), ("2.6", "Other sources of data"),
        ("3", "Data processing aspects"), ("3.1", "Respect of reservation of rights from text and data mining exception or limitation"), ("3.2", "Removal of illegal content"), ("3.3", "Other information (optional)"),
    ];

    /// <summary>The fields, in order.</summary>
    public static ImmutableArray<SummaryField> Fields { get; } =
    [
        .. Of("0", "Version of the Summary", "Last update"),
        .. Of("1.1", "Provider name and contact details", "?Authorised representative name and contact details"),
        .. Of("1.2", "Versioned model name(s)", "Model dependencies", "Date of placement of the model on the Union market"),
        .. Of("1.3", "Modality", "Training data size", "Types of content", "Latest date of data acquisition/collection for model training", "Description of the linguistic characteristics of the overall training data",
            "Other relevant characteristics of the overall training data", "Additional comments (optional)"),
        .. Of("2.1", "Have you used publicly available datasets to train the model?", "If yes, specify the modality(ies) of the content covered by the datasets concerned", "?List of large publicly available datasets",
            "?General description of other publicly available datasets not listed above", "Additional comments (optional)"),
        .. Of("2.2.1", "Have you concluded transactional commercial licensing agreement(s) with rightsholder(s) or with their representatives?", "If yes, specify the modality(ies) of the content covered by the datasets concerned"),
        .. Of("2.2.2", "Have you obtained private datasets from third parties that are not licensed as described in Section 2.2.1, such as data obtained from providers of private databases, or data intermediaries?",
            "If yes, specify the modality(ies) of the content covered by the datasets concerned", "If publicly known, list private datasets obtained from other third parties",
            "?General description of non-publicly known private datasets obtained from third parties", "Additional comments (optional)"),
        .. Of("2.3", "Were crawlers used by the provider or on behalf of?", "If yes, specify crawler name(s)/identifier(s)", "?Purposes of the crawler(s)", "?General description of crawler behaviour", "?Period of data collection",
            "?Comprehensive description of the type of content and online sources crawled", "?Type of modality covered", "?Summary of the most relevant domain names crawled", "Additional comments (optional)"),
        .. Of("2.4", "Was data from user interactions with the AI model (e.g. user input and prompts) used to train the model?", "Was data collected from user interactions with the provider’s other services or products used to train the model?",
            "If yes, provide a general description of the provider’s services or products that were used to collect the user data", "?Type of modality covered", "Additional comments (optional)"),
        .. Of("2.5", "Was synthetic AI-generated data created by the provider or on their behalf to train the model?", "If yes, modality of the synthetic data",
            "If yes, specify the general-purpose AI model(s) used to generate the synthetic data if available on the market",
            "?Information about other AI models, including provider’s own AI model(s) not available on the market, used to generate synthetic data to train the model to which this Summary applies", "Additional comments (optional)"),
        .. Of("2.6", "Have data sources other than those described in Sections 2.1 to 2.5 been used to train the model?", "If yes, provide a narrative description of these data sources and the data", "Additional comments (optional)"),
        .. Of("3.1", "Are you a Signatory to the Code of Practice for general-purpose AI models that includes commitments to respect reservations of rights from the TDM exception or limitation?",
            "Describe the measures implemented before model training to respect reservations of rights from the TDM exception or limitation before and during data collection, including the opt-out protocols and solutions honoured by the provider or, as applicable, by third parties from which datasets have been obtained",
            "Additional comments (optional)"),
        .. Of("3.2", "General description of measures taken"),
        .. Of("3.3", "Other relevant information about data processing (optional)"),
    ];

    /// <summary>Fields of a section by their titles. What begins with "If" or is marked with <c>?</c> here depends on an answer before it, what ends with "(optional)" is so; the rest is required.</summary>
    static IEnumerable<SummaryField> Of(string section, params string[] titles) => titles.Select((title, i) => new SummaryField($"{section}{(char)('a' + i)}", section, title.TrimStart('?'),
        title.EndsWith("(optional)", StringComparison.Ordinal) ? SummaryDemand.Optional : title[0] == '?' || title.StartsWith("If ", StringComparison.Ordinal) ? SummaryDemand.Conditional : SummaryDemand.Required));
}
