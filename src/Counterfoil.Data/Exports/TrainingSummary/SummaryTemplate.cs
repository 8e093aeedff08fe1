using System.Collections.Immutable;

namespace Counterfoil.Data.Exports.TrainingSummary;

/// <summary>A field of the EU template.</summary>
/// <param name="Number">Its number here: the template's section, and the field's place in it.</param>
/// <param name="Section">The section's number.</param>
/// <param name="Title">What it asks, in our words.</param>
public sealed record SummaryField(string Number, string Section, string Title);

/// <summary>
/// The fields of the template for the public summary of training content that Article 53(1)(d) of Regulation (EU) 2024/1689 asks of providers of general-purpose AI models (European Commission, 24 July 2025).
/// </summary>
/// <remarks>Sections are numbered as the template numbers them; titles are ours, and shorter. Whoever files a summary compares it with the template.</remarks>
public static class SummaryTemplate
{
    /// <summary>The three sections, and theirs.</summary>
    public static ImmutableArray<(string Number, string Title)> Sections { get; } =
    [
        ("1", "General information"), ("1.1", "Provider"), ("1.2", "Model"), ("1.3", "Modalities, size and characteristics of the training data"),
        ("2", "List of data sources"), ("2.1", "Publicly available datasets"), ("2.2", "Private datasets obtained from third parties"), ("2.3", "Data crawled and scraped from online sources"),
        ("2.4", "User data"), ("2.5", "Synthetic data"), ("2.6", "Other sources"),
        ("3", "Data processing aspects"), ("3.1", "Reservation of rights from text and data mining"), ("3.2", "Removal of illegal content"), ("3.3", "Other information"),
    ];

    /// <summary>The fields, in order.</summary>
    public static ImmutableArray<SummaryField> Fields { get; } =
    [
        new("1.1.1", "1.1", "Provider's name and contact"),
        new("1.1.2", "1.1", "Authorised representative's name and contact"),
        new("1.2.1", "1.2", "Versioned model name"),
        new("1.2.2", "1.2", "Models that it depends on, with their summaries"),
        new("1.2.3", "1.2", "Date of placing on the Union market"),
        new("1.3.1", "1.3", "Modalities"),
        new("1.3.2", "1.3", "Size of the training data, by modality"),
        new("1.3.3", "1.3", "Types of content"),
        new("1.3.4", "1.3", "Latest date of data acquisition or collection"),
        new("1.3.5", "1.3", "Languages"),
        new("1.3.6", "1.3", "Other characteristics, and comments"),
        new("2.1.1", "2.1", "Used, and which modalities"),
        new("2.1.2", "2.1", "Large datasets"),
        new("2.1.3", "2.1", "Description of the others"),
        new("2.2.1", "2.2", "Commercially licensed by rightsholders or their representatives"),
        new("2.2.2", "2.2", "Obtained from other third parties"),
        new("2.2.3", "2.2", "Description of those not publicly known"),
        new("2.3.1", "2.3", "Crawlers used, by name, and on whose behalf"),
        new("2.3.2", "2.3", "Purposes and behaviour of the crawlers"),
        new("2.3.3", "2.3", "Period of collection"),
        new("2.3.4", "2.3", "Content and sources crawled, by modality"),
        new("2.3.5", "2.3", "Most relevant domain names"),
        new("2.4.1", "2.4", "From interactions with the model"),
        new("2.4.2", "2.4", "From the provider's other services and products"),
        new("2.5.1", "2.5", "Created by the provider or on its behalf, and which modalities"),
        new("2.5.2", "2.5", "Models used to create it"),
        new("2.6.1", "2.6", "Description"),
        new("3.1.1", "3.1", "Code of practice signed"),
        new("3.1.2", "3.1", "Measures taken before training to respect reservations"),
        new("3.2.1", "3.2", "Measures to avoid or remove illegal content"),
        new("3.3.1", "3.3", "Comments"),
    ];
}
